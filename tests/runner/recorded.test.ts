import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import type {RunRecord, TestRecord} from '#lib/monitor/records.js';
import {listRuns, readLatestRun} from '#lib/monitor/run-store.js';
import {makeProject, withProject, type AvaRun, type Project} from '../helpers/run-ava.ts';

const files = ['tests/four.test.ts', 'tests/one.test.ts', 'tests/three.test.ts', 'tests/two.test.ts'];

let project: Project;
let ava: AvaRun;
let run: RunRecord;

test.before(async t => {
	t.timeout(110_000);
	project = await makeProject('recorded');
	// A template that is nowhere yet.
	ava = await project.run({env: {DATAFLOW_TDD_FINGERPRINT: project.folder}});
	run = readLatestRun(project.folder)!;
});

test.after.always(async () => {
	await project.remove();
});

function recordOf(title: string): TestRecord {
	return run.files.flatMap(({tests}) => tests).find(record => record.title === title)!;
}

test('a run is written down with its files, and the tests that had a fixture', t => {
	t.like(run, {projectDir: project.folder, exitCode: 1, workers: 2, format: 1});
	t.regex(run.server, /PostgreSQL|postgres:/);
	t.regex(run.machine.server, /^(?:embedded|container) \d+$/);
	t.deepEqual(run.files.map(({file}) => file).toSorted((a, b) => a.localeCompare(b)), files);
	t.deepEqual(run.files.flatMap(({tests}) => tests).map(({title}) => title).toSorted((a, b) => a.localeCompare(b)), [
		'a clone test', 'a rollback test', 'a seeded clone', 'a seeded test', 'a strict test', 'one over its budget', 'one that expects an error', 'one that fails',
		'one that opens the session of four', 'one that opens the session of three', 'one that throws', 'one that throws no error', 'one whose time is over', 'one within a budget of its own',
	]);
});

test('a test is written down with its fixture, mode, level and seeds', t => {
	t.like(recordOf('a rollback test'), {fixture: 'tddTestContext', mode: 'rollback', isolationLevel: 'repeatable read', seeds: [], outcome: 'passed', statementCount: 2, rowCount: 2});
	t.like(recordOf('a seeded test'), {fixture: 'tddSeededData', mode: 'rollback', seeds: ['people'], outcome: 'passed', statementCount: 1});
	t.like(recordOf('a clone test'), {fixture: 'tddParallelSafe', mode: 'clone', seeds: [], outcome: 'passed', statementCount: 1});
});

test('a test that fails is written down with what failed it', t => {
	t.like(recordOf('one that fails'), {outcome: 'failed', error: 'tests/two.test.ts:6: t.fail(\'on purpose\')'});
	// AVA's own stack of an assertion that was awaited does not reach the test: then its report has to be read.
	t.like(recordOf('one that expects an error'), {outcome: 'failed', error: undefined});
	t.like(recordOf('one that throws no error'), {outcome: 'failed', error: 'a text'});
	t.like(recordOf('one that throws'), {outcome: 'failed', error: 'column "nonsense" does not exist'});
});

test('a test whose time is over is written down as failed, and why', t => {
	t.like(recordOf('one whose time is over'), {outcome: 'failed'});
	t.regex(recordOf('one whose time is over').error!, /^It was ended while its body ran: its time was over/);
});

test('the phases of a test make up its duration, and the time in the database lies in the body', t => {
	for (const {title, durationMs, phases, startedAt} of run.files.flatMap(({tests}) => tests)) {
		const {setupMs, bodyMs, databaseMs, teardownMs, endMs} = phases;
		t.true(Math.abs(setupMs + bodyMs + teardownMs + endMs - durationMs) < 0.01, title);
		t.true(databaseMs > 0 && databaseMs <= bodyMs, `${title}: ${databaseMs} of ${bodyMs}`);
		t.true(startedAt >= run.startedAt && startedAt <= run.endedAt, title);
	}

	const {phases} = recordOf('a rollback test');
	t.true(phases.teardownMs > 15, `its teardown waits for 20 ms: ${JSON.stringify(phases)}`);
});

test('the wait for a template that has to be built for a test is not that test\'s own time', t => {
	const {phases, outcome} = recordOf('a strict test');
	// Its pack takes two seconds; another test of its file had waited for the lease.
	t.true(phases.leaseMs >= 2000, JSON.stringify(phases));
	t.is(outcome, 'passed', 'its budget is 1500 ms');
	// Clones are asked for ahead: only what is left of the wait is the test's.
	t.true(recordOf('a seeded clone').phases.leaseMs > 100, JSON.stringify(recordOf('a seeded clone').phases));
});

test('bytes and memory of a test are measured', t => {
	const {bytesSent, bytesReceived, memory} = recordOf('a rollback test');
	t.true(bytesSent > 100 && bytesReceived > 100);
	t.true(memory.heapPeak >= memory.heapBefore && memory.heapPeak >= memory.heapAfter && memory.heapBefore > 1e6);
});

test('a test over its budget is told, and does not fail', t => {
	t.deepEqual(recordOf('one over its budget').warnings.map(({kind}) => kind), ['budget', 'slow']);
	t.regex(ava.output, /one over its budget.*\n +ℹ This test took \d+ ms .*; its budget is 10 ms\./);
	t.is(recordOf('one over its budget').outcome, 'passed');
	t.deepEqual(recordOf('one within a budget of its own').warnings.map(({kind}) => kind), ['slow']);
});

test('the timeline of the keeper has the servers and leases of the run', t => {
	const leases = run.timeline.filter(({kind}) => kind === 'lease');
	t.deepEqual(leases.map(({name}) => name!).toSorted((a, b) => a.localeCompare(b)), files);
	t.true(run.timeline.some(({kind}) => kind === 'server'));
	t.true(run.timeline.some(({kind}) => kind === 'template'));
	t.true(run.timeline.some(({kind}) => kind === 'clone'));
	for (const {file, tests, slot} of run.files) {
		const lease = leases.find(({name}) => name === file)!;
		t.is(lease.slot, slot);
		t.true(tests.every(({startedAt, durationMs, phases}) => startedAt + phases.leaseMs + phases.queueMs + durationMs <= (lease.endedAt ?? Infinity) + 1), file);
	}
});

test('a run with the option `monitor` off writes nothing down', async t => {
	const other = await withProject(t, 'recorded');
	const {exitCode} = await other.run({env: {DATAFLOW_TDD_MONITOR: 'off'}});
	t.is(exitCode, 1);
	t.deepEqual(listRuns(other.folder), []);
});

test('a project in which nothing can be written is tested without being measured', async t => {
	const other = await withProject(t, 'recorded');
	await mkdir(path.join(other.folder, 'node_modules/.cache/dataflow-tdd'), {recursive: true});
	await writeFile(path.join(other.folder, 'node_modules/.cache/dataflow-tdd/runs'), 'a file where the folder would be');
	const {exitCode, stderr, output} = await other.run({args: ['tests/one.test.ts']});
	t.is(exitCode, 0, output);
	t.regex(stderr, /^dataflow-tdd: this run is not measured: /m);
});
