import {stripVTControlCharacters} from 'node:util';
import builders, {type Builder, type TestCase, type TestSuite} from 'junit-report-builder';
import type {RunRecord, TestRecord} from '../monitor/records.ts';
import {oneLine} from './format.ts';
import {testsOf, type TestInFile} from './totals.ts';
import {unseenFailure} from './unseen.ts';
import {writeReportFile} from './write.ts';

const toSeconds = (milliseconds: number): number => Math.round(milliseconds) / 1000;
const round = (milliseconds: number): string => String(Math.round(milliseconds * 1000) / 1000);

/**
 * Renders a run as JUnit XML: a suite for each test file, a case for each test that used a fixture. What was measured stands in properties,
 * warnings in system-out. Where the runner failed and no such test did, a suite of its own says so.
 * @see https://github.com/testmoapp/junitxml
 */
export function renderJunit(run: RunRecord): string {
	// Its types tell of a `default` that is not there: what is imported is the builder itself.
	const report = (builders as unknown as Builder).newBuilder().name(`dataflow-tdd ${run.id}`);
	const all = testsOf(run);
	for (const [file, tests] of Map.groupBy(all, ({record}) => record.file)) {
		addSuite(report.testSuite(), {file, tests, run});
	}

	const unseen = unseenFailure(run, all);
	if (unseen !== undefined) {
		report.testSuite().name('the run').testCase().name('the run').className('dataflow-tdd').error(unseen);
	}

	return report.build();
}

interface SuiteParts {
	readonly file: string;
	readonly tests: readonly TestInFile[];
	readonly run: RunRecord;
}

function addSuite(suite: TestSuite, {file, tests, run}: SuiteParts): void {
	// A file whose tests came late has more than one.
	const records = run.files.filter(record => record.file === file);
	suite.name(file).time(toSeconds(tests.reduce((sum, {test}) => sum + test.durationMs, 0)));
	suite.timestamp(new Date(Math.min(...records.map(({startedAt}) => startedAt))));
	for (const [name, value] of Object.entries({
		server: run.server, node: run.machine.node, slot: records.map(({slot}) => slot).join(', '), leaseWaitMs: round(Math.max(...records.map(({leaseWaitMs}) => leaseWaitMs))),
		peakRssBytes: String(Math.max(...records.map(({peakRssBytes}) => peakRssBytes))),
	})) {
		suite.property(name, value);
	}

	for (const test of tests) {
		addCase(suite.testCase(), test);
	}
}

function addCase(testCase: TestCase, {test, record: {file}}: TestInFile): void {
	testCase.name(oneLine(test.title)).className(file).file(file).time(toSeconds(test.durationMs));
	for (const [name, value] of Object.entries({...propertiesOf(test), ...(test.outcome === 'expected' && {expected: 'failure'})})) {
		testCase.property(name, value);
	}

	if (test.outcome === 'failed') {
		testCase.failure(oneLine(test.error ?? 'The test failed; AVA\'s own report says why.'));
	}

	if (test.warnings.length > 0) {
		testCase.standardOutput(test.warnings.map(({kind, message}) => `${kind}: ${stripVTControlCharacters(message)}`).join('\n'));
	}
}

function propertiesOf(test: TestRecord): Record<string, string> {
	const {fixture, mode, isolationLevel, seeds, role, phases, budgetMs, maxQueries, statementCount, rowCount, retries} = test;
	return {
		fixture, mode, isolationLevel,
		...(seeds.length > 0 && {seeds: seeds.join(', ')}),
		...(role !== undefined && {role}),
		statements: String(statementCount), rows: String(rowCount), retries: String(retries),
		...Object.fromEntries(Object.entries(phases).map(([name, milliseconds]) => [name, round(milliseconds as number)])),
		budgetMs: String(budgetMs),
		...(maxQueries !== undefined && {maxQueries: String(maxQueries)}),
		bytesSent: String(test.bytesSent), bytesReceived: String(test.bytesReceived), heapPeakBytes: String(test.memory.heapPeak),
	};
}

/** Writes {@link renderJunit}. @throws {ERR_REPORT_WRITE} */
export async function writeJunit(run: RunRecord, file: string): Promise<void> {
	await writeReportFile('junit', file, renderJunit(run));
}
