import test from 'ava';
import {makeProject, outcomes, type Project} from '../helpers/run-ava.ts';

/** What a developer's shell may hold: everything leads to where nobody listens. */
const shell = {
	DATABASE_URL: 'postgres://app:secret@127.0.0.1:1/app', POSTGRES_URL: 'postgres://app:secret@127.0.0.1:1/ledger', LEDGER_DSN: 'postgresql://app@127.0.0.1:1/ledger',
	QUEUE_URL: 'redis://queue.example', PGHOST: '127.0.0.1', PGPORT: '1', PGDATABASE: 'app', PGUSER: 'app', PGPASSWORD: 'secret', PGHOSTADDR: '127.0.0.9',
	PGSERVICE: 'shop', PGSERVICEFILE: '/nowhere/services', PGPASSFILE: '/nowhere/pgpass', PGSSLMODE: 'require',
};
let project: Project;

test.before(async () => {
	project = await makeProject('stray');
});

test.after.always(async () => {
	await project.remove();
});

test.serial('G37 RC: while tests run, whatever code finds its database by leads to an error that says what to do', async t => {
	t.timeout(110_000);
	const run = await project.run({args: ['--tap'], env: shell});
	const passed = outcomes(run);
	t.is(Object.keys(passed).length, 6, run.output);
	t.deepEqual(Object.entries(passed).filter(([, hasPassed]) => !hasPassed), [], run.output);
	t.is(run.exitCode, 0, run.output);
});

test.serial('G37 RC: strayConnections: \'allow\' leaves the variables as they are', async t => {
	t.timeout(110_000);
	const run = await project.run({args: ['--tap', '--config', 'allowed.config.mjs'], env: shell});
	t.deepEqual(outcomes(run), {'the variables are those of the user': true}, run.output);
	t.is(run.exitCode, 0, run.output);
});

test.serial('G37 RC: a run with NODE_ENV=production ends before anything is started', async t => {
	t.timeout(60_000);
	const run = await project.run({env: {NODE_ENV: 'production'}});
	t.is(run.exitCode, 1, run.output);
	t.regex(run.output, /ERR_GUARD_REFUSED: The harness will not run: NODE_ENV is production\..*NODE_ENV=test/);
	t.notRegex(run.output, /tests run on/);
});
