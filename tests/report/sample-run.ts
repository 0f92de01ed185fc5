import type {FileRecord, RunRecord, StatementText, TestRecord} from '#lib/monitor/records.js';

/** When sample runs began. */
export const sampleStart = Date.UTC(2026, 10, 23, 12);

/** A record of a test; what is not given is that of a small test that passed. */
export function sampleTest(given: Partial<TestRecord> = {}): TestRecord {
	const phases = {leaseMs: 0, queueMs: 0, setupMs: 1, bodyMs: 8, databaseMs: 4, teardownMs: 0, endMs: 1, ...given.phases};
	return {
		title: 'a test', fixture: 'tddTestContext', mode: 'rollback', isolationLevel: 'read committed', seeds: [], outcome: 'passed', startedAt: sampleStart,
		durationMs: phases.setupMs + phases.bodyMs + phases.teardownMs + phases.endMs, statements: [], statementCount: 2, rowCount: 3, bytesSent: 100, bytesReceived: 200,
		retries: 0, memory: {heapBefore: 1e7, heapPeak: 2e7, heapAfter: 1.5e7, externalAfter: 1e6}, budgetMs: 100, repeated: [], plans: [], measures: [], warnings: [],
		...given, phases,
	};
}

/** A record of a file, with the statements of its tests. */
export function sampleFile(file: string, tests: readonly TestRecord[], given: Partial<FileRecord> = {}): FileRecord {
	const statements: readonly StatementText[] = given.statements ?? [];
	return {
		format: 1, file, pid: 4711, threadId: 0, startedAt: sampleStart, endedAt: sampleStart + 1000, slot: 0, serverVersion: 18, leaseWaitMs: 20,
		cache: {
			enabled: true, cacheEnabled: true, hits: 1, misses: 0, hitRate: 1, bytes: 8e6, milliseconds: 12, savedMilliseconds: 1500,
			bySchema: {schema: {hits: 1, misses: 0, bytes: 8e6, milliseconds: 12, buildMilliseconds: 1500}},
		},
		peakRssBytes: 9e7, tests, ...given, statements,
	};
}

/** A run of some files. */
export function sampleRun(files: readonly FileRecord[], given: Partial<RunRecord> = {}): RunRecord {
	return {
		format: 1, id: '20261123T120000.000-4711', projectDir: '/project', startedAt: sampleStart, endedAt: sampleStart + 3420,
		server: 'embedded PostgreSQL 18.4 (npm)', reason: 'no container engine answers', workers: 2,
		machine: {platform: 'linux', arch: 'x64', cpu: 'a cpu', cores: 2, memoryGb: 24, node: '24', server: 'embedded 18', isCi: false},
		exitCode: 0, files, timeline: [], ...given,
	};
}
