import type {BegunTest, TestRecord} from './records.ts';
import {round} from './round.ts';

/** What is said of a test of which nobody saw the end. */
export const wasUnderWay = 'It was under way when its worker was ended.';

/** The record of a test of which nothing is known but that it began, and why it came to nothing: it never had a context, or nobody saw its end. */
export function unmeasured({title, fixture, mode, isolationLevel, seeds, role, startedAt, budgetMs}: BegunTest, error: string | undefined): TestRecord {
	return {
		title, fixture, mode, isolationLevel, seeds,
		...(role !== undefined && {role}),
		outcome: 'failed', ...(error !== undefined && {error}), startedAt: round(startedAt), durationMs: 0,
		phases: {leaseMs: 0, queueMs: 0, setupMs: 0, bodyMs: 0, databaseMs: 0, teardownMs: 0, endMs: 0},
		statements: [], statementCount: 0, rowCount: 0, bytesSent: 0, bytesReceived: 0, retries: 0,
		memory: {heapBefore: 0, heapPeak: 0, heapAfter: 0, externalAfter: 0},
		budgetMs, repeated: [], plans: [], measures: [], warnings: [],
	};
}
