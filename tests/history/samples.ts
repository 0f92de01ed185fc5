import type {RunTest} from '#lib/history/tests-of-run.js';
import type {TestRecord} from '#lib/monitor/records.js';

const memory = {heapBefore: 0, heapPeak: 0, heapAfter: 0, externalAfter: 0};

/** The record of a test that did nothing, with what is given. */
export function recordOf(given: Partial<TestRecord> = {}): TestRecord {
	return {
		title: 'a test', fixture: 'tddTestContext', mode: 'rollback', isolationLevel: 'read committed', seeds: [], outcome: 'passed', startedAt: 0, durationMs: 0,
		phases: {leaseMs: 0, queueMs: 0, setupMs: 0.2, bodyMs: 2, databaseMs: 1, teardownMs: 0, endMs: 0.6}, statements: [], statementCount: 0, rowCount: 0, bytesSent: 0,
		bytesReceived: 0, retries: 0, memory, budgetMs: 100, repeated: [], plans: [], measures: [], warnings: [],
		...given,
	};
}

/** What a test sent: `{'select 1': 2}`; each statement gets one row, and touches ten blocks. */
export function testOf(title: string, sent: Readonly<Record<string, number>>, given: Partial<TestRecord> = {}): RunTest {
	const texts = Object.keys(sent).map(text => ({text}));
	const counts = Object.values(sent);
	const count = counts.reduce((sum, one) => sum + one, 0);
	return {
		key: `tests/a.test.ts › ${title}`, texts,
		record: recordOf({
			title,
			statements: counts.map((one, statement) => ({statement, count: one, totalMs: 1, maxMs: 1, rows: one, errors: 0})),
			statementCount: count, rowCount: count,
			plans: counts.map((_, statement) => ({statement, tookMs: 1, plan: {}, isAnalyzed: true, buffers: 10})),
			...given,
		}),
	};
}

/** Figures that look random and are the same each time (a linear congruential generator). */
export function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = ((state * 1_103_515_245) + 12_345) % 2_147_483_648;
		return state / 2_147_483_648;
	};
}

/** A normally distributed figure (Box and Muller). */
export function normal(random: () => number): number {
	return Math.sqrt(-2 * Math.log(random() || Number.MIN_VALUE)) * Math.cos(2 * Math.PI * random());
}
