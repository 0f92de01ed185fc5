import type {FileRecord, RunRecord, StatementText, TestRecord} from '../../monitor/records.ts';
import type {Identify} from '../statements.ts';
import {testsOf} from '../totals.ts';
import type {HistoryTrend, PageData, PageFile, PageStatement, PageTest} from './data.ts';

/** Turns a run into what the page shows: one list of tests, one of statements, times from the start of the run. */
export function pageData(run: RunRecord, history: readonly HistoryTrend[], identify: Identify): PageData {
	const {files, timeline, format: _format, ...head} = run;
	const statements = new Statements(identify);
	const places = new Map(files.map((file, index) => [file, {index, statements: file.statements.map(statement => statements.placeOf(statement))}]));
	const tests = testsOf(run).map(({test, record}) => {
		const place = places.get(record)!;
		return withPlaces(test, {file: place.index, startedAt: test.startedAt - run.startedAt}, place.statements);
	});
	return {
		run: head, history, statements: statements.all,
		files: files.map(file => pageFile(file, run.startedAt)),
		tests: tests.map((test, index) => ({...test, index})),
		timeline: timeline.map(event => ({...event, startedAt: event.startedAt - run.startedAt, endedAt: (event.endedAt ?? run.endedAt) - run.startedAt})),
	};
}

/** Statements by fingerprint, in the order in which they were met. */
class Statements {
	readonly all: PageStatement[] = [];
	readonly #places = new Map<string, number>();
	readonly #identify: Identify;

	constructor(identify: Identify) {
		this.#identify = identify;
	}

	placeOf(statement: StatementText): number {
		const {fingerprint, text, tables} = this.#identify(statement);
		const place = this.#places.get(fingerprint) ?? this.all.push({text, tables}) - 1;
		this.#places.set(fingerprint, place);
		return place;
	}
}

/** Points a test's uses, repeats and plans to the page's statements; uses that are the same there become one. */
function withPlaces(test: TestRecord, more: Pick<PageTest, 'file' | 'startedAt'>, places: readonly number[]): Omit<PageTest, 'index'> {
	const moved = <Item extends {readonly statement: number}>(items: readonly Item[]): Item[] => items.map(item => ({...item, statement: places[item.statement] ?? 0}));
	const uses = [...Map.groupBy(moved(test.statements), ({statement}) => statement).values()].map(same => same.reduce((sum, use) => ({
		statement: use.statement, count: sum.count + use.count, totalMs: sum.totalMs + use.totalMs, maxMs: Math.max(sum.maxMs, use.maxMs),
		rows: sum.rows + use.rows, errors: sum.errors + use.errors,
	})));
	return {...test, ...more, statements: uses, repeated: moved(test.repeated), plans: moved(test.plans)};
}

function pageFile({format: _format, tests: _tests, statements: _statements, cache, ...file}: FileRecord, runStartedAt: number): PageFile {
	const {hits, misses, savedMilliseconds: savedMs} = cache;
	return {...file, startedAt: file.startedAt - runStartedAt, endedAt: file.endedAt - runStartedAt, cache: {hits, misses, savedMs}};
}
