import type {CliCommand} from '../cli-command.ts';
import {lazily, numberFrom, withArguments} from './action.ts';

const doctorText = `
On a server that the harness did not start it makes and drops databases only if that bears its marker, an empty database called tdd_marker.
Before it is set, the doctor says what is there, and refuses what the guards refuse: docs/safety.md.`;

/** What looks at servers, and asks the keeper. */
export function addServerCommands(program: CliCommand): void {
	program.command('doctor').description('say what is there, what tests will run on, and what is missing')
		.option('--mark [url]', 'mark a server that runs already as one for tests, after asking; without a URL, the one of the option server')
		.option('--unmark [url]', 'take that marker away')
		.option('--yes', 'mark it without asking')
		.option('--json', 'print JSON')
		.addExamples([
			'dataflow-tdd doctor # exit code 1 when something keeps tests from running',
			'dataflow-tdd doctor --json',
			'dataflow-tdd doctor --mark postgres://tester:secret@localhost:5432/postgres',
			'dataflow-tdd doctor --mark --yes # the server of DATAFLOW_TDD_SERVER or of the configuration, in CI',
			'dataflow-tdd doctor --unmark',
		], doctorText)
		.action(lazily(async () => (await import('../commands/doctor.ts')).doctor));
	program.command('status').description('show the keepers of this project and their servers')
		.option('--all', 'those of all projects of this user')
		.option('--json', 'print JSON')
		.addExamples(['dataflow-tdd status', 'dataflow-tdd status --all', 'dataflow-tdd status --json'])
		.action(lazily(async () => (await import('../commands/status.ts')).status));
	program.command('warm').description('build the template and start the servers, so that the next run waits for nothing')
		.option('--json', 'print JSON')
		.addExamples(['dataflow-tdd warm # in CI, beside the build; then npx ava'])
		.action(lazily(async () => (await import('../commands/warm.ts')).warm));
	program.command('stop').description('end the keepers of this project and everything that they started; tests that run on them fail')
		.option('--all', 'those of all projects of this user')
		.option('--json', 'print JSON')
		.addExamples(['dataflow-tdd stop # before PostgreSQL, or the binaries, are updated', 'dataflow-tdd stop --all'])
		.action(lazily(async () => (await import('../commands/stop.ts')).stop));
}

/** What looks into databases and snapshots. */
export function addDatabaseCommands(program: CliCommand): void {
	program.command('psql').description('open psql on a new database of this schema, or on the one that was kept of a failed test')
		.argument('[args...]', 'behind --, what psql itself is to get')
		.option('--seeds <packs...>', 'with the rows of these seed packs')
		.option('--kept [name]', 'the newest database of a failed test, or the one of this name')
		.option('--url', 'open nothing; print the URL, password and all, for another client')
		.option('--json', 'open nothing; print JSON, with a password only with --url')
		.addExamples([
			'dataflow-tdd psql # the schema, and nothing in it',
			'dataflow-tdd psql --seeds shop # with the rows of a seed pack',
			'dataflow-tdd psql --kept # what the last failed test with tddParallelSafe has left',
			`dataflow-tdd psql -- -c 'select count(*) from users'`,
			'pg_dump --schema-only "$(dataflow-tdd psql --url)"',
		])
		.action(withArguments(async () => (await import('../commands/psql.ts')).psql));
	program.command('prune').description('remove snapshots that nobody has used for a while, of all projects on this machine')
		.option('--days <number>', 'keep what was used in the last days', numberFrom(0, {why: 'It has to be a number of days from 0.'}), 14)
		.option('--all', 'remove all of them')
		.option('--dry-run', 'remove nothing, say what would be')
		.option('--json', 'print JSON')
		.addExamples(['dataflow-tdd prune --days 3', 'dataflow-tdd prune --all --dry-run', 'dataflow-tdd prune --all # the next run of each project builds its snapshot anew'])
		.action(lazily(async () => (await import('../commands/prune.ts')).prune));
}
