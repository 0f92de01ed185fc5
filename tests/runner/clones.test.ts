import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {readFile, stat} from 'node:fs/promises';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {makeProject, withProject, type AvaRun, type Project} from '../helpers/run-ava.ts';
import {until} from '../helpers/worker-context.ts';

const psql = ['/usr/lib/postgresql/15/bin/psql', '/usr/bin/psql', '/usr/local/bin/psql'].find(file => existsSync(file));
let project: Project;
let run: AvaRun;

test.before(async t => {
	t.timeout(110_000);
	project = await makeProject('clones');
	run = await project.run({env: {DATAFLOW_TDD_LINGER_MS: '40000'}});
});

test.after.always(async () => {
	await project.remove();
});

/** What the run says about one test. */
function report(t: ExecutionContext, title: string): string {
	const parts = run.stdout.split(/\n {2}(?=[✔✘-] )/).filter(part => part.split('\n')[0]?.includes(`› ${title}`));
	t.is(parts.length, 1, run.output);
	return parts[0]!;
}

/** What AVA says below the list of tests about one that failed. */
function details(t: ExecutionContext, title: string): string {
	const [, text = ''] = run.stdout.split(/^ {2}─$/m);
	const start = text.indexOf(`› ${title}\n`);
	t.not(start, -1, run.output);
	return text.slice(start, text.indexOf('\n\n\n', start));
}

test('G38 C: a failed test keeps its database and prints a psql line that works', async t => {
	const [, file, service] = /PGSERVICEFILE=(\S+) psql service=(\S+)/.exec(report(t, 'fails 4')) ?? [];
	t.truthy(service, run.output);
	t.is((await stat(file!)).mode & 0o777, 0o600);
	t.true((await readFile(file!, 'utf8')).includes(`[${service}]`));
	if (!psql) {
		t.log('not tried with psql: it is not installed here');
		return;
	}

	const {stdout} = await promisify(execFile)(psql, [`service=${service}`, '-Atc', 'select name from users'], {env: {...process.env, PGSERVICEFILE: file}});
	t.is(stdout.trim(), 'Ada 4');
});

test('G38 C: the newest few databases are kept, and passed tests keep none', async t => {
	if (!psql) {
		t.log('skipped: psql is not installed here');
		t.pass();
		return;
	}

	const isThere = async (title: string): Promise<boolean> => {
		const [, file, service] = /PGSERVICEFILE=(\S+) psql service=(\S+)/.exec(report(t, title)) ?? [];
		return promisify(execFile)(psql, [`service=${service}`, '-Atc', 'select 1'], {env: {...process.env, PGSERVICEFILE: file}}).then(() => true, () => false);
	};

	// What is not kept any more is dropped when nobody waits, which is after the run.
	for (const title of ['fails 1', 'fails 2', 'fails 3']) {
		await until(async () => !await isThere(title));
	}

	for (const title of ['fails 4', 'an error of the database', 'leaves a client']) {
		t.true(await isThere(title), title);
	}

	t.notRegex(report(t, 'passes'), /psql/);
});

test('the password of a server is not printed', async t => {
	const [, file] = /PGSERVICEFILE=(\S+)/.exec(run.output) ?? [];
	const passwords = [...(await readFile(file!, 'utf8')).matchAll(/^password=(.+)$/gm)].map(([, password]) => password!);
	t.true(passwords.length > 0);
	t.true(passwords.every(password => !run.output.includes(password)));
});

test('G33 C: what a test leaves open fails it', t => {
	t.regex(details(t, 'leaves a client'), /ERR_CONTEXT_LEAKED[^]*a connection that was not given back[^]*a-kept\.test\.ts:28/);
});

test('an error of the database shows the user\'s line and nothing of the harness', t => {
	const text = details(t, 'an error of the database');
	t.regex(text, /duplicate key value violates unique constraint/);
	t.regex(text, /a-kept\.test\.ts:23/);
	t.notRegex(text, /node_modules/);
});

test('G33 C: a pool that code under test has opened by the URL and left open fails its test, and takes nothing else with it', async t => {
	t.timeout(60_000);
	const {output, stdout} = await (await withProject(t, 'clone-url')).run();
	t.regex(output, /✘ \[fail\]: leaves a pool of its own open/);
	t.regex(output, /ERR_CONTEXT_LEAKED[^]*opened through the URL \(application_name 'mine'\): `select 4711`[^]*pool\.end\(\)/);
	t.true(stdout.includes('✔ the test after it passes'), output);
	t.notRegex(output, /[Uu]ncaught exception|terminating connection/);
});

const escalations = {
	'it\'s refused in a transaction': 'test(\'it\\\'s refused in a transaction\', tddParallelSafe, async (t, {db}) => {',
	'wants a second connection': 'test(\'wants a second connection\', tddParallelSafe, async (t, {db}) => {',
	'is refused as a role': 'test(\'is refused as a role\', tddParallelSafe.with({role: \'pg_read_all_data\'}), async (t, {db}) => {',
	'wants another level': 'test(\'wants another level\', tddParallelSafe, async (t, {db}) => {',
};

for (const [title, line] of Object.entries(escalations)) {
	test(`G10 R: the error of a test that ${title} shows its first line on a clone`, t => {
		t.true(details(t, title).replaceAll(/\s+/g, ' ').includes(line), details(t, title));
	});
}

test('G18 R: a serializable test is told that it cannot conflict, with its first line on a clone', t => {
	const text = report(t, 'is serializable on one connection').replaceAll(/\s+/g, ' ');
	t.true(text.includes('a serialization failure will not happen here'), text);
	t.true(text.includes('test(\'is serializable on one connection\', tddParallelSafe, async (t, {db}) => {'), text);
});

test('G32 C: every clone that is made is used by one test, none is made in vain', t => {
	const used = [...run.stdout.matchAll(/used (tdd_c_\w+)/g)].map(([, name]) => name!);
	t.is(new Set(used).size, 19, 'each test has one of its own');
	const seen = [...run.stdout.matchAll(/seen (.+)/g)].flatMap(([, names]) => names!.split(' '));
	t.true(seen.length > 12);
	t.deepEqual([...new Set(seen)].filter(name => !used.includes(name)), []);
});
