import type {CliCommand} from '../cli-command.ts';
import {defaultTypesFile} from './defaults.ts';
import {lazily, numberFrom, withArguments} from './action.ts';

const measureText = `
Statements, rows and buffers of each test are compared first, and exactly; then times. A time has regressed when the ratio is 1.2 or more, the
effect size over the samples is large, and a second batch of samples shows it again: more are taken while that is open.
Figures are kept in the option historyFile (tests/performance_history.json); commit that file.`;

/** What tells of runs of the tests. */
export function addRunCommands(program: CliCommand): void {
	program.command('report').description('write the report of a test run: a page, or what else is asked for; of the newest run, unless told which')
		.option('--run <id>', 'of which run: its id, or its folder')
		.option('--out <file>', 'write the page to this file (default: "test-results/report.html", unless something else is asked for)')
		.option('--summary', 'print the summary')
		.option('--json', 'print JSON')
		.option('--junit <file>', 'write JUnit XML')
		.option('--trace <file>', 'write a trace for chrome://tracing, Perfetto and speedscope; *.speedscope.json has the statements, too')
		.addExamples([
			'dataflow-tdd report # test-results/report.html',
			'dataflow-tdd report --summary',
			'dataflow-tdd report --junit out/junit.xml --trace out/trace.json',
		])
		.action(lazily(async () => (await import('../commands/report.ts')).report));
	program.command('measure').description('run the suite several times, and compare it with the accepted figures of this machine class')
		.argument('[args...]', 'patterns of test files, and behind -- options for AVA')
		.option('--check', 'exit with 1 when something has regressed')
		.option('--update', 'accept the figures: they become the baseline of this machine class; takes the whole suite only')
		.option('--samples <number>', 'how many runs make a batch, from 3', numberFrom(3, {whole: true, why: 'It has to be a whole number from 3: fewer samples do not tell a change from chance.'}), 5)
		.option('--no-buffers', 'count statements and rows only, which saves two runs')
		.option('--json', 'print JSON')
		.addExamples([
			'dataflow-tdd measure # look',
			'dataflow-tdd measure --check # in CI',
			'dataflow-tdd measure --update # accept what it is now',
			'dataflow-tdd measure tests/orders.test.ts # a part of the suite',
			`dataflow-tdd measure --check -- --match='*order*'`,
		], measureText)
		.action(withArguments(async () => (await import('../commands/measure.ts')).measure));
}

const checkText = `
It reads files and runs nothing. One remark that is meant is let pass by a comment in its line or the one above:
  // dataflow-tdd-ignore no-mocked-database: the driver itself is under test
  // dataflow-tdd-allow email: our own support`;

/** What reads and writes a project's own files. */
export function addProjectCommands(program: CliCommand): void {
	program.command('init').description('set this project up: configuration, a first test, a workflow; it never writes over a file')
		.option('--dry-run', 'write nothing; say what would be written')
		.option('--no-types', 'leave tests/tdd-env.d.ts to `dataflow-tdd types`: writing it takes a server')
		.option('--json', 'print JSON')
		.addExamples(['npm init -y && npm pkg set type=module && npx dataflow-tdd init', 'dataflow-tdd init --dry-run'])
		.action(lazily(async () => (await import('../commands/init.ts')).init));
	program.command('types').description('write the file that registers the table types and seed packs of this project')
		.option('--out <file>', 'where to write it', defaultTypesFile)
		.option('--check', 'write nothing; fail if the file is not up to date')
		.option('--json', 'print JSON')
		.addExamples(['dataflow-tdd types', 'dataflow-tdd types --check # in CI: fails when a migration was made without new types'])
		.action(lazily(async () => (await import('../commands/types.ts')).types));
	program.command('check').description('hold tests to the rules of docs/compliance.md, and test data to what is nobody\'s')
		.argument('[paths...]', 'files and folders (default: the tests and seeds of this project)')
		.option('--fix', 'mend what can be mended without thinking')
		.option('--ignore <globs...>', 'leave these files out')
		.option('--allow <values...>', 'let these values stand in test data; * stands for anything')
		.option('--sarif <file>', 'write SARIF 2.1.0, for code scanning')
		.option('--github', 'print GitHub annotations besides (default: in GitHub Actions)')
		.option('--json', 'print JSON')
		.addExamples([
			'dataflow-tdd check # exit code 1 when something was found',
			'dataflow-tdd check --fix tests/orders.test.ts',
			'dataflow-tdd check --sarif check.sarif # for github/codeql-action/upload-sarif',
		], checkText)
		.action(withArguments(async () => (await import('../commands/check.ts')).check));
}
