import type {CapturedPlan} from '../monitor/records.ts';
import type {Counters, TestCounters} from './history.ts';
import {inAllRuns, type RunTest} from './tests-of-run.ts';

/** Counters of a suite, and what was different from run to run. */
export interface CountersReport {
	readonly counters: Counters;
	/** Such as `rows of tests/a.test.ts › a thing happens (12, 13)`. */
	readonly unstable: readonly string[];
}

type Sent = ReadonlyMap<string, number>;

function sentBy({record, texts}: RunTest): Sent {
	const sent = new Map<string, number>();
	for (const {statement, count} of record.statements) {
		const text = texts[statement]?.text ?? '';
		sent.set(text, (sent.get(text) ?? 0) + count);
	}

	return new Map([...sent].toSorted(([one], [other]) => one < other ? -1 : 1));
}

/** The sum over the statements that a test has sent; nothing where one of them could not be run once more. */
function buffersOf({record: {plans, statements}}: RunTest): number | undefined {
	const explained = new Set(plans.map(({statement}) => statement));
	const isWhole = statements.every(({statement}) => explained.has(statement)) && plans.every(({isAnalyzed, buffers}) => isAnalyzed && buffers !== undefined);
	return isWhole ? plans.reduce((sum, {buffers}: CapturedPlan) => sum + (buffers ?? 0), 0) : undefined;
}

/** The value that all have; otherwise it is noted which ones there were. */
function agreed<T>(values: readonly T[], note: (values: readonly T[]) => void): T | undefined {
	const distinct = [...new Set(values)];
	if (distinct.length > 1) {
		note(distinct);
		return undefined;
	}

	return distinct[0];
}

class Collector {
	readonly unstable: string[] = [];
	readonly #texts = new Map<string, number>();

	get texts(): string[] {
		return [...this.#texts.keys()];
	}

	#agreed(what: string, key: string, values: ReadonlyArray<number | undefined>): number | undefined {
		return agreed(values, distinct => this.unstable.push(`${what} of ${key} (${distinct.map(value => value ?? 'unknown').join(', ')})`));
	}

	#sent(runs: readonly RunTest[]): TestCounters['sent'] {
		const sent = runs.map(run => sentBy(run));
		const isSame = new Set(sent.map(one => JSON.stringify([...one]))).size === 1;
		return isSame ? [...sent[0]!].map(([text, count]) => [this.#index(text), count] as const) : undefined;
	}

	#index(text: string): number {
		const index = this.#texts.get(text) ?? this.#texts.size;
		this.#texts.set(text, index);
		return index;
	}

	counters(runs: readonly RunTest[], explained: readonly RunTest[]): TestCounters {
		const key = runs[0]!.key;
		const statements = this.#agreed('statements', key, runs.map(({record}) => record.statementCount));
		const rows = this.#agreed('rows', key, runs.map(({record}) => record.rowCount));
		const buffers = explained.length > 1 ? this.#agreed('buffers', key, explained.map(run => buffersOf(run))) : undefined;
		const sent = this.#sent(runs);
		return {
			...(statements !== undefined && {statements}), ...(rows !== undefined && {rows}),
			...(buffers !== undefined && {buffers}), ...(sent && {sent}),
		};
	}
}

/**
 * Collects what each test did that is the same in all runs: statements and rows from all of them, buffers from those in which each
 * statement was explained.
 * @param explained runs on a server that started from the snapshot, with `slowMs: 0`; two at least, else there are no buffers
 */
export function collectCounters(runs: readonly RunTest[][], explained: readonly RunTest[][] = []): CountersReport {
	const collector = new Collector();
	const byKey = new Map(inAllRuns([...explained]).map(tests => [tests[0]!.key, tests]));
	const all = inAllRuns([...explained, ...runs]);
	const tests = Object.fromEntries(all.map(tests => [tests[0]!.key, collector.counters(tests, byKey.get(tests[0]!.key) ?? [])]));
	return {counters: {tests, texts: collector.texts}, unstable: collector.unstable};
}
