import type {FileRecord, RunRecord, TestRecord} from '../../monitor/records.ts';
import {oneLine} from '../format.ts';
import {testsOf} from '../totals.ts';
import type {Span, Track} from './span.ts';
import {timelineOf} from './timeline.ts';

const schema = 'https://www.speedscope.app/file-format-schema.json';

/** Gives each name one number: what has the same name has the same colour, and is added up. */
class Frames {
	readonly #indexes = new Map<string, number>();

	index(name: string): number {
		const index = this.#indexes.get(name) ?? this.#indexes.size;
		this.#indexes.set(name, index);
		return index;
	}

	list(): Array<{readonly name: string}> {
		return [...this.#indexes.keys()].map(name => ({name}));
	}
}

type Profile = Readonly<Record<string, unknown>>;

/**
 * Renders a run for speedscope: first what the tests' time was spent on, by file, test, phase and statement, then the timeline of each track.
 * @see https://github.com/jlfwong/speedscope/wiki/Importing-from-custom-sources
 */
export function renderSpeedscope(run: RunRecord): string {
	const frames = new Frames();
	const profiles = [spentProfile(run, frames), ...timelineOf(run).tracks.filter(({spans}) => spans.length > 0).map(track => trackProfile(track, frames))];
	return `${JSON.stringify({
		$schema: schema, name: `dataflow-tdd ${run.id}`, exporter: 'dataflow-tdd', activeProfileIndex: 0, shared: {frames: frames.list()}, profiles,
	})}\n`;
}

function trackProfile({group, name, spans}: Track, frames: Frames): Profile {
	return {
		type: 'evented', name: `${group}: ${name}`, unit: 'milliseconds',
		startValue: spans[0]!.startMs, endValue: spans.at(-1)!.endMs, events: spans.flatMap(span => spanEvents(span, frames)),
	};
}

function spanEvents({name, startMs, endMs, children = []}: Span, frames: Frames): Profile[] {
	const frame = frames.index(name);
	return [{type: 'O', frame, at: startMs}, ...children.flatMap(child => spanEvents(child, frames)), {type: 'C', frame, at: endMs}];
}

interface Sample {
	readonly stack: readonly string[];
	readonly weight: number;
}

function spentProfile(run: RunRecord, frames: Frames): Profile {
	const samples = testsOf(run).flatMap(({test, record}) => samplesOf(test, record)).filter(({weight}) => weight > 0);
	return {
		type: 'sampled', name: 'where the time of tests went', unit: 'milliseconds',
		startValue: 0, endValue: samples.reduce((sum, {weight}) => sum + weight, 0),
		samples: samples.map(({stack}) => stack.map(name => frames.index(name))), weights: samples.map(({weight}) => weight),
	};
}

/** What a test's time was spent on. Statements that ran beside one another share the time in which at least one of them was under way. */
function samplesOf(test: TestRecord, {file, statements: texts}: FileRecord): Sample[] {
	const {setupMs, bodyMs, databaseMs, teardownMs, endMs} = test.phases;
	const base = [file, oneLine(test.title)];
	const summed = test.statements.reduce((sum, {totalMs}) => sum + totalMs, 0);
	return [
		{stack: [...base, 'set-up'], weight: setupMs},
		{stack: [...base, 'body'], weight: bodyMs - databaseMs},
		...summed === 0 ? [{stack: [...base, 'body', 'database'], weight: databaseMs}] : test.statements.map(({statement, totalMs}) => ({
			stack: [...base, 'body', 'database', oneLine(texts[statement]?.text ?? 'statement')], weight: totalMs / summed * databaseMs,
		})),
		{stack: [...base, 'teardown'], weight: teardownMs},
		{stack: [...base, 'end'], weight: endMs},
	];
}
