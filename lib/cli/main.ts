#!/usr/bin/env node
import process from 'node:process';
import {Command} from 'commander';
import {assertNodeVersion} from '../config/node-version.ts';
import {packageVersion} from '../keeper/identity.ts';
import {fail} from './output.ts';

type Action<Options> = (options: Options) => Promise<boolean | void>;

/** Loads a command only when it is called, runs it, and turns what it throws or returns into an exit code. */
function lazily<Options>(load: () => Promise<Action<Options>>): (options: Options) => Promise<void> {
	return async options => {
		try {
			assertNodeVersion();
			const action = await load();
			if (await action(options) === false) {
				process.exitCode = 1;
			}
		} catch (error) {
			fail(error);
		}
	};
}

const measureHelp = `
Statements, rows and buffers of each test are compared first, and exactly; then times. A time has regressed when the ratio is 1.2 or more, the
effect size over the samples is large, and a second batch of samples shows it again: more are taken while that is open.
Figures are kept in the option historyFile (tests/performance_history.json); commit that file.

Examples:
  dataflow-tdd measure                             # look
  dataflow-tdd measure --check                     # in CI
  dataflow-tdd measure --update                    # accept what it is now
  dataflow-tdd measure tests/orders.test.ts        # a part of the suite
  dataflow-tdd measure --check -- --match='*order*'`;

const checkHelp = `
It reads files and runs nothing. One remark that is meant is let pass by a comment in its line or the one above:
  // dataflow-tdd-ignore no-mocked-database: the driver itself is under test
  // dataflow-tdd-allow email: our own support

Examples:
  dataflow-tdd check                               # exit code 1 when something was found
  dataflow-tdd check --fix tests/orders.test.ts
  dataflow-tdd check --sarif check.sarif           # for github/codeql-action/upload-sarif`;

const psqlHelp = `
Examples:
  dataflow-tdd psql                                 # the schema, and nothing in it
  dataflow-tdd psql --seeds shop                    # with the rows of a seed pack
  dataflow-tdd psql --kept                          # what the last failed test with tddParallelSafe has left
  dataflow-tdd psql -- -c 'select count(*) from users'
  pg_dump --schema-only "$(dataflow-tdd psql --url)"`;

const doctorHelp = `
On a server that the harness did not start it makes and drops databases only if that bears its marker, an empty database called tdd_marker.
Before it is set, the doctor says what is there, and refuses what the guards refuse: docs/safety.md.

Examples:
  dataflow-tdd doctor                              # exit code 1 when something keeps tests from running
  dataflow-tdd doctor --json
  dataflow-tdd doctor --mark postgres://tester:secret@localhost:5432/postgres
  dataflow-tdd doctor --mark --yes                 # the server of DATAFLOW_TDD_SERVER or of the configuration, in CI
  dataflow-tdd doctor --unmark`;

const program = new Command('dataflow-tdd')
	.description('A real, ephemeral PostgreSQL for every test.')
	.version(packageVersion())
	.showHelpAfterError('(add --help for how to call it)')
	.addHelpText('after', '\nExit codes: 0 all is well; 1 the command failed, or found something; 2 a command or an option cannot be used.');

program.command('doctor').description('say what is there, what tests will run on, and what is missing')
	.option('--mark [url]', 'mark a server that runs already as one for tests, after asking; without a URL, the one of the option server')
	.option('--unmark [url]', 'take that marker away')
	.option('--yes', 'mark it without asking')
	.option('--json', 'print JSON')
	.addHelpText('after', doctorHelp)
	.action(lazily(async () => (await import('./commands/doctor.ts')).doctor));
program.command('status').description('show the keeper of this project and its servers')
	.option('--json', 'print JSON')
	.addHelpText('after', '\nExample:\n  dataflow-tdd status --json')
	.action(lazily(async () => (await import('./commands/status.ts')).status));
program.command('warm').description('build the template and start the servers, so that the next run waits for nothing')
	.option('--json', 'print JSON')
	.addHelpText('after', '\nExample:\n  dataflow-tdd warm            # in CI, beside the build; then npx ava')
	.action(lazily(async () => (await import('./commands/warm.ts')).warm));
program.command('stop').description('end the keeper of this project and everything that it started')
	.option('--json', 'print JSON')
	.addHelpText('after', '\nExample:\n  dataflow-tdd stop            # before PostgreSQL, or the binaries, are updated')
	.action(lazily(async () => (await import('./commands/stop.ts')).stop));
program.command('types').description('write the file that registers the table types and seed packs of this project')
	.option('--out <file>', 'where to write it', 'tests/tdd-env.d.ts')
	.option('--check', 'write nothing; fail if the file is not up to date')
	.option('--json', 'print JSON')
	.addHelpText('after', '\nExample:\n  dataflow-tdd types --check   # in CI: fails when a migration was made without new types')
	.action(lazily(async () => (await import('./commands/types.ts')).types));
program.command('report').description('write the report of a test run: a page, or what else is asked for; of the newest run, unless told which')
	.option('--run <id>', 'of which run: its id, or its folder')
	.option('--out <file>', 'write the page to this file (default: "test-results/report.html", unless something else is asked for)')
	.option('--summary', 'print the summary')
	.option('--json', 'print JSON')
	.option('--junit <file>', 'write JUnit XML')
	.option('--trace <file>', 'write a trace for chrome://tracing, Perfetto and speedscope; *.speedscope.json has the statements, too')
	.addHelpText('after', '\nExample:\n  dataflow-tdd report --junit out/junit.xml --trace out/trace.json')
	.action(lazily(async () => (await import('./commands/report.ts')).report));
program.command('measure').description('run the suite several times, and compare it with the accepted figures of this machine class')
	.argument('[args...]', 'patterns of test files, and behind -- options for AVA')
	.option('--check', 'exit with 1 when something has regressed')
	.option('--update', 'accept the figures: they become the baseline of this machine class; takes the whole suite only')
	.option('--samples <number>', 'how many runs make a batch, from 3', '5')
	.option('--no-buffers', 'count statements and rows only, which saves two runs')
	.option('--json', 'print JSON')
	.addHelpText('after', measureHelp)
	.action(async (args: string[], options: object) => lazily(async () => (await import('./commands/measure.ts')).measure)({...options, args} as never));
program.command('init').description('set this project up: configuration, a first test, a workflow; it never writes over a file')
	.option('--dry-run', 'write nothing; say what would be written')
	.option('--json', 'print JSON')
	.addHelpText('after', '\nExample:\n  npm init -y && npm pkg set type=module && npx dataflow-tdd init')
	.action(lazily(async () => (await import('./commands/init.ts')).init));
program.command('check').description('hold tests to the rules of docs/compliance.md, and test data to what is nobody\'s')
	.argument('[paths...]', 'files and folders (default: the tests and seeds of this project)')
	.option('--fix', 'mend what can be mended without thinking')
	.option('--ignore <globs...>', 'leave these files out')
	.option('--allow <values...>', 'let these values stand in test data; * stands for anything')
	.option('--sarif <file>', 'write SARIF 2.1.0, for code scanning')
	.option('--github', 'print GitHub annotations besides (default: in GitHub Actions)')
	.option('--json', 'print JSON')
	.addHelpText('after', checkHelp)
	.action(async (args: string[], options: object) => lazily(async () => (await import('./commands/check.ts')).check)({...options, args}));
program.command('psql').description('open psql on a new database of this schema, or on the one that was kept of a failed test')
	.argument('[args...]', 'behind --, what psql itself is to get')
	.option('--seeds <packs...>', 'with the rows of these seed packs')
	.option('--kept [name]', 'the newest database of a failed test, or the one of this name')
	.option('--url', 'open nothing; print the URL, password and all, for another client')
	.option('--json', 'open nothing; print JSON, with a password only with --url')
	.addHelpText('after', psqlHelp)
	.action(async (args: string[], options: object) => lazily(async () => (await import('./commands/psql.ts')).psql)({...options, args}));
program.command('prune').description('remove snapshots that nobody has used for a while, of all projects on this machine')
	.option('--days <number>', 'keep what was used in the last days', '14')
	.option('--all', 'remove all of them')
	.option('--json', 'print JSON')
	.addHelpText('after', '\nExamples:\n  dataflow-tdd prune --days 3\n  dataflow-tdd prune --all     # the next run of each project builds its snapshot anew')
	.action(lazily(async () => (await import('./commands/prune.ts')).prune));

for (const command of [program, ...program.commands]) {
	command.exitOverride(({exitCode}) => {
		process.exit(exitCode === 0 ? 0 : 2);
	});
}

await program.parseAsync();
