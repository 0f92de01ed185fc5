import {readdirSync} from 'node:fs';
import test from 'ava';
import {folderFor} from '../helpers/folder.ts';
import {outcomes, withProject} from '../helpers/run-ava.ts';

/** Nothing to run tests on: no engine, and no binaries in the folder that is named. */
const nothing = {DOCKER_HOST: 'unix:///nonexistent/docker.sock', DATAFLOW_TDD_SERVER: 'container'};
const skipping = {...nothing, DATAFLOW_TDD_ON_UNAVAILABLE: 'skip'};

test('without a server a run fails, and says what to do', async t => {
	const project = await withProject(t, 'unavailable');
	const {exitCode, output} = await project.run({env: nothing});
	t.is(exitCode, 1);
	t.regex(output, /ERR_SERVER_ENGINE/);
});

test('onUnavailable: \'skip\' skips the tests that need a database, runs all others, and says how many, and why', async t => {
	const project = await withProject(t, 'unavailable');
	const {exitCode, stdout, stderr} = await project.run({env: skipping, args: ['--tap']});
	t.is(exitCode, 0, stdout + stderr);
	t.deepEqual(Object.keys(outcomes({stdout})).filter(title => !/# (?:SKIP|TODO)/.test(title)).toSorted(), [
		'arithmetic › a file without a database runs whole', 'arithmetic › a macro runs: 1', 'database › a sum needs no database',
	]);
	for (const title of ['a test in a transaction', 'a serial test with options', 'a test that is known to fail', 'a test on a clone']) {
		t.true(stdout.includes(`database › ${title} (skipped: no PostgreSQL to run on) # SKIP`), stdout);
	}

	t.regex(stderr, /^dataflow-tdd: tests that need a database are skipped, as onUnavailable says\. No Docker engine answers/m, 'before they run');
	t.regex(stderr, /dataflow-tdd: 4 tests were skipped: No Docker engine answers/);
	t.notRegex(stderr, /dataflow-tdd: tests run on/);
});

test('AVA counts what was skipped', async t => {
	const project = await withProject(t, 'unavailable');
	const {stdout} = await project.run({env: skipping});
	t.regex(stdout, /^ {2}4 tests skipped$/m);
	t.regex(stdout, /^ {2}3 tests passed$/m);
});

test('a host that does not answer is skipped for, a server that refuses the harness is not', async t => {
	const project = await withProject(t, 'unavailable');
	const unreachable = await project.run({env: {...skipping, DATAFLOW_TDD_SERVER: 'postgres://postgres@127.0.0.1:9/postgres'}});
	t.is(unreachable.exitCode, 0, unreachable.output);
	t.regex(unreachable.stderr, /4 tests were skipped: The server at 127\.0\.0\.1:9 cannot be used/);
	const refused = await project.run({env: {...skipping, DATAFLOW_TDD_SERVER: 'postgres://postgres@db.neon.tech/postgres'}});
	t.is(refused.exitCode, 1);
	t.regex(refused.output, /ERR_GUARD_REFUSED/);
});

test('tests that are the only ones are skipped, too', async t => {
	const project = await withProject(t, 'unavailable-only');
	const {exitCode, output} = await project.run({env: nothing});
	t.is(exitCode, 0, output);
	t.regex(output, /2 tests were skipped/);
});

test('nothing is left of a run that skipped tests', async t => {
	const TMPDIR = await folderFor(t);
	const project = await withProject(t, 'unavailable');
	const {stderr} = await project.run({env: {...skipping, TMPDIR}});
	t.regex(stderr, /4 tests were skipped/);
	t.deepEqual(readdirSync(TMPDIR).filter(name => name.startsWith('dataflow-tdd-skipped-')), []);
});
