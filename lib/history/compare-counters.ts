import type {Counters, TestCounters} from './history.ts';

/** A counter that is not what it was. */
export interface CounterChange {
	/** Such as `statements of tests/a.test.ts › an order is paid`. */
	readonly metric: string;
	readonly counter: 'statements' | 'rows' | 'buffers';
	readonly test: string;
	readonly baseline: number;
	readonly current: number;
	readonly verdict: 'regressed' | 'improved';
	/** Statements that are new, sent more often, sent less often or gone, such as `+1 select 1 (2 times, was 1)`. */
	readonly details: readonly string[];
}

/** What the comparison of counters gives. */
export interface CountersComparison {
	readonly changes: readonly CounterChange[];
	/** How many figures were the same. */
	readonly same: number;
	/** Tests whose buffers cannot be compared, because what ran before them has changed, and so what lies in their tables. */
	readonly disturbed: readonly string[];
}

const exact = ['statements', 'rows'] as const;

/** A test that the baseline has, too. */
interface Pair {
	readonly test: string;
	readonly before: TestCounters;
	readonly now: TestCounters;
	readonly details: readonly string[];
}

function sentTexts({sent = []}: TestCounters, texts: readonly string[]): ReadonlyMap<string, number> {
	return new Map(sent.map(([text, count]) => [texts[text] ?? '', count]));
}

function times(count: number): string {
	return count === 1 ? 'once' : `${count} times`;
}

/** What a test sends differently, the additions first. */
function differences(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): string[] {
	const changed = [...new Set([...now.keys(), ...before.keys()])].flatMap(text => {
		const [was, is] = [before.get(text) ?? 0, now.get(text) ?? 0];
		const difference = is - was;
		return difference === 0 ? [] : [{difference, line: `${difference > 0 ? '+' : ''}${difference} ${text} (${is === 0 ? 'gone' : was === 0 ? `new, ${times(is)}` : `${times(is)}, was ${times(was)}`})`}];
	});
	return changed.toSorted((one, other) => other.difference - one.difference).map(({line}) => line);
}

function changesOf({test, before, now, details}: Pair, counter: CounterChange['counter']): CounterChange[] {
	const [baseline, current] = [before[counter], now[counter]];
	return baseline === undefined || current === undefined || baseline === current
		? []
		: [{metric: `${counter} of ${test}`, counter, test, baseline, current, verdict: current > baseline ? 'regressed' : 'improved', details}];
}

/**
 * The tests before whose turn the tables were as they were at the baseline: those that come before the first difference in which tests
 * run, what they send, and how many rows that concerns. A rolled back INSERT leaves dead rows behind, which the next scan touches.
 */
function undisturbed(pairs: readonly Pair[], {baseline, current}: {baseline: Counters; current: Counters}): ReadonlySet<string> {
	const [before, now] = [Object.keys(baseline.tests), Object.keys(current.tests)];
	const byTest = new Map(pairs.map(pair => [pair.test, pair]));
	const known = new Set<string>();
	for (const [index, test] of now.entries()) {
		const pair = byTest.get(test);
		if (before[index] !== test || !pair) {
			break;
		}

		known.add(test);
		if (pair.details.length > 0 || exact.some(counter => pair.before[counter] !== pair.now[counter])) {
			break;
		}
	}

	return known;
}

/** Compares counters exactly. What either side has not is not compared: new tests, tests that are gone, what is not deterministic. */
export function compareCounters(baseline: Counters, current: Counters): CountersComparison {
	const pairs: Pair[] = Object.entries(current.tests).filter(([test]) => baseline.tests[test]).map(([test, now]) => {
		const before = baseline.tests[test]!;
		const isKnown = before.sent !== undefined && now.sent !== undefined;
		return {test, before, now, details: isKnown ? differences(sentTexts(before, baseline.texts), sentTexts(now, current.texts)) : []};
	});
	const comparable = undisturbed(pairs, {baseline, current});
	const hasBuffers = ({before, now}: Pair): boolean => before.buffers !== undefined && now.buffers !== undefined;
	const compared = pairs.flatMap(pair => [
		...exact.filter(counter => pair.before[counter] !== undefined && pair.now[counter] !== undefined).map(counter => changesOf(pair, counter)),
		...(hasBuffers(pair) && comparable.has(pair.test) ? [changesOf(pair, 'buffers')] : []),
	]);
	return {
		changes: compared.flat(),
		same: compared.filter(changes => changes.length === 0).length,
		disturbed: pairs.filter(pair => hasBuffers(pair) && !comparable.has(pair.test)).map(({test}) => test),
	};
}
