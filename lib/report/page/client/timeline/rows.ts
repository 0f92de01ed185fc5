import type {PageData, PageTest} from '../../data.ts';
import {beginOf} from '../phases.ts';

/** Something that lasted, in ms from the start of the run. */
export interface Stretch {
	readonly from: number;
	readonly to: number;
	readonly title: string;
	/** The style sheet has its colour as `--time-<kind>`. */
	readonly kind: 'template' | 'snapshot' | 'server' | 'lease' | 'clone' | 'passed' | 'failed' | 'over' | 'wait';
	/** For a test. */
	readonly test?: PageTest;
}

/** One server of a run, and what happened on it. */
export interface TimelineRow {
	readonly title: string;
	/** What the keeper did, and workers' waits. Long ones come first, so that short ones are drawn above them. */
	readonly keeper: readonly Stretch[];
	/** Tests that ran at the same time lie on lanes of their own. */
	readonly lanes: ReadonlyArray<readonly Stretch[]>;
}

/** Puts the events and tests of a run into rows, one for each server. */
export function timelineRows(data: PageData): readonly TimelineRow[] {
	const events = Map.groupBy(data.timeline, ({slot}) => slot ?? -1);
	const tests = Map.groupBy(data.tests, ({file}) => data.files[file]?.slot ?? -1);
	const slots = [...new Set([...events.keys(), ...tests.keys()])].toSorted((one, other) => one - other);
	return slots.map(slot => ({
		title: slot < 0 ? 'Keeper' : `Server ${slot}`,
		keeper: [...(events.get(slot) ?? []).map(event => keeperStretch(event)), ...data.files.filter(file => file.slot === slot && file.leaseWaitMs > 1).map(file => ({
			from: file.startedAt, to: file.startedAt + file.leaseWaitMs, kind: 'wait' as const, title: `${file.file} waits for its server`,
		}))].toSorted((one, other) => (other.to - other.from) - (one.to - one.from)),
		lanes: intoLanes((tests.get(slot) ?? []).map(test => testStretch(test))),
	}));
}

const verbs = {template: 'build of template', snapshot: 'snapshot', server: 'start of', lease: 'lease of', clone: 'clone of'};

function keeperStretch({kind, startedAt, endedAt, name}: PageData['timeline'][number]): Stretch {
	return {kind, from: startedAt, to: endedAt ?? startedAt, title: `${verbs[kind]} ${name ?? ''}`.trim()};
}

function testStretch(test: PageTest): Stretch {
	const from = beginOf(test);
	const kind = test.outcome === 'failed' ? 'failed' : test.durationMs > test.budgetMs ? 'over' : 'passed';
	return {kind, from, to: from + test.durationMs, title: test.title, test};
}

function intoLanes(stretches: readonly Stretch[]): Stretch[][] {
	const lanes: Stretch[][] = [];
	for (const stretch of stretches.toSorted((one, other) => one.from - other.from)) {
		// A tenth of a millisecond: clocks of two records are not one clock.
		const lane = lanes.find(lane => lane.at(-1)!.to <= stretch.from + 0.1);
		if (lane) {
			lane.push(stretch);
		} else {
			lanes.push([stretch]);
		}
	}

	return lanes;
}
