import test from 'ava';
import {makeProject, outcomes, type AvaRun, type Project} from '../helpers/run-ava.ts';

let project: Project;
let run: AvaRun;
let passed: Readonly<Record<string, boolean>>;

test.before(async t => {
	t.timeout(110_000);
	project = await makeProject('features');
	run = await project.run({args: ['--tap', '--update-snapshots']});
	passed = outcomes(run);
});

test.after.always(async () => {
	await project.remove();
});

/** Tests of the project that have to pass, by what they show. */
const claims: Readonly<Record<string, readonly string[]>> = {
	'G01 R: serial tests run in order, each in a fresh context': ['kinds › serial 1', 'kinds › serial 2', 'kinds › serial 3', 'kinds › serial tests ran in order'],
	'G01 R: concurrent tests of one file wait for their turn': ['kinds › concurrent 1', 'kinds › concurrent 2', 'kinds › concurrent 3'],
	'G01 R: tests that are known to fail may use a fixture, and leave nothing': ['kinds › failing, and known to', 'kinds › failing by an error of the database', 'kinds › after failing'],
	't.plan counts the assertions of the body': ['kinds › plan'],
	't.snapshot works in a fixture': ['kinds › snapshot'],
	't.log works in a fixture': ['kinds › log'],
	't.try works inside of a fixture, and around one': ['kinds › try', 'kinds › try with a fixture of its own'],
	'macros of the user work around a fixture': ['kinds › macro Ada', 'kinds › macro with Bob'],
	'options of a fixture are in force': ['kinds › options'],
	'a fixture leaves the title alone': ['kinds › a title of one fixture'],
	'hooks run beside a fixture, and share t.context with it': ['hooks › a', 'hooks › b', 'hooks › all hooks ran'],
	'G01 R: files that insert the same unique key pass in parallel': ['one', 'two', 'three'].flatMap(file => ['first', 'second'].map(name => `parallel-${file} › inserts the key that every file inserts: ${name}`)),
	'G19 C: after a test on a clone that timed out in a query, the next one passes and the backend is gone': ['timeout › the next clone after a time-out is empty, and the backend of the last one is gone'],
	'G19 R: tests that wait while another one times out pass': ['timeout-together › together: waits for its turn, and passes 1', 'timeout-together › together: waits for its turn, and passes 2'],
	'G19 R: after a test that timed out in a query, the next one passes and the backend is gone': ['timeout › the next test after a time-out passes', 'timeout › the backend is gone'],
};

for (const [claim, titles] of Object.entries(claims)) {
	test(claim, t => {
		for (const title of titles) {
			t.is(passed[title], true, `${title}\n${run.output}`);
		}
	});
}

test('G19 R: a test that times out in a query fails, and its body does not run on', t => {
	t.is(passed['timeout › times out in a query'], false);
	t.notRegex(run.output, /the body ran on/);
});

test('G19 C: a test on a clone that times out in a query fails, and its body does not run on', t => {
	t.is(passed['timeout › times out in a query on a clone'], false);
	t.notRegex(run.output, /the body ran on/);
});

test('one failed test makes AVA\'s exit code 1', t => {
	t.is(run.exitCode, 1);
	t.deepEqual(Object.keys(passed).filter(title => !passed[title] && !title.endsWith('# TODO')).toSorted(), ['timeout-together › together: times out in a query', 'timeout › times out in a query', 'timeout › times out in a query on a clone'].toSorted(), run.output);
});

test('skipped and todo tests are reported and not run', t => {
	t.regex(run.stdout, /^ok \d+ - kinds › skipped # SKIP/m);
	t.regex(run.stdout, /- kinds › to do # TODO/m);
});

test('t.teardown runs while the context is still open', t => {
	t.regex(run.output, /teardown saw 1 row/);
	t.is(passed['kinds › teardown'], true);
});

test('after hooks run', t => {
	t.regex(run.output, /events: before, beforeEach hook for a, test a, afterEach\.always hook for a,/);
});

test.serial('a snapshot that was written is compared in the next run', async t => {
	const again = await project.run({args: ['--tap', '--match=snapshot']});
	t.is(again.exitCode, 0, again.output);
	t.is(outcomes(again)['kinds › snapshot'], true);
});

test.serial('--match runs what fits and nothing else', async t => {
	const matching = await project.run({args: ['--tap', '--match=*plan*']});
	t.is(matching.exitCode, 0, matching.output);
	t.deepEqual(Object.keys(outcomes(matching)).filter(title => !/SKIP|TODO/.test(title)), ['kinds › plan']);
});

test.serial('--serial works', async t => {
	const serial = await project.run({args: ['--tap', '--serial', 'tests/parallel-*.test.ts']});
	t.is(serial.exitCode, 0, serial.output);
	t.is(Object.keys(outcomes(serial)).length, 6);
});

test.serial('workers that are processes work like threads', async t => {
	const processes = await project.run({args: ['--tap', '--no-worker-threads', 'tests/parallel-*.test.ts', 'tests/hooks.test.ts']});
	t.is(processes.exitCode, 0, processes.output);
	t.is(Object.keys(outcomes(processes)).length, 9);
});

test.serial('test.only runs one test', async t => {
	const only = await makeProject('only');
	t.teardown(() => only.remove());
	const result = await only.run({args: ['--tap']});
	t.is(result.exitCode, 0, result.output);
	t.deepEqual(Object.keys(outcomes(result)), ['alone']);
});

test('G18 R: a serializable test is told that one connection cannot conflict', t => {
	t.regex(run.output, /kinds › options[\s\S]{0,300}cannot conflict with itself/);
});
