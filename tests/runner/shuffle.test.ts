import test, {type ExecutionContext} from 'ava';
import {makeProject, type AvaRun, type Project} from '../helpers/run-ava.ts';

let project: Project;

test.before(async () => {
	project = await makeProject('shuffle');
});

test.after.always(async () => {
	await project.remove();
});

async function run(t: ExecutionContext, seed?: string): Promise<AvaRun> {
	const result = await project.run({args: ['--serial'], env: {DATAFLOW_TDD_SHUFFLE: seed}});
	t.is(result.exitCode, 0, result.output);
	return result;
}

/** `one rollback 1`, in the order in which the bodies ran. Only tests that are not serial are put in order. */
function order({output}: AvaRun, kind: 'rollback' | 'clone' | 'serial'): string[] {
	return [...output.matchAll(/^\s*order: (\w+ (\w+) \d)$/gm)].filter(([, , found]) => found === kind).map(([, name]) => name!);
}

const files = (titles: readonly string[]): string[] => [...new Set(titles.map(title => title.split(' ')[0]!))];

test.serial('G39 R: a seeded shuffle reproduces, and another seed gives another order', async t => {
	t.timeout(110_000);
	const [first, again, other, plain] = [await runParallel(t, '4711'), await runParallel(t, '4711'), await runParallel(t, '4712'), await runParallel(t)];
	for (const file of ['one', 'two', 'three', 'four']) {
		const of = (result: AvaRun): string[] => order(result, 'rollback').filter(title => title.startsWith(file));
		t.deepEqual(of(again), of(first));
		t.notDeepEqual(of(other), of(first));
		t.deepEqual(of(plain), of(first).toSorted(), 'without a seed, tests run as they are written');
		t.deepEqual(of(first).toSorted(), of(plain), 'every test runs');
	}

	t.regex(first.stderr, /tests run in the order of seed 4711; DATAFLOW_TDD_SHUFFLE=4711 repeats it/);
	t.notRegex(plain.stderr, /seed/);
});

test.serial('G39 RC: files are put in the order of the seed, and serial tests keep theirs', async t => {
	t.timeout(110_000);
	const [first, again, other] = [await run(t, '7'), await run(t, '7'), await run(t, '9')];
	t.deepEqual(files(order(again, 'rollback')), files(order(first, 'rollback')));
	t.notDeepEqual(files(order(other, 'rollback')), files(order(first, 'rollback')));
	for (const file of files(order(first, 'serial'))) {
		const serial = order(first, 'serial').filter(title => title.startsWith(file));
		t.deepEqual(serial, serial.toSorted());
	}
});

test.serial('G39 C: tests on clones are put in the order of the seed, too', async t => {
	const [first, other] = [await runParallel(t, '1'), await runParallel(t, '2')];
	for (const result of [first, other]) {
		t.is(order(result, 'clone').length, 24);
	}

	t.notDeepEqual(order(other, 'clone').filter(title => title.startsWith('one')), order(first, 'clone').filter(title => title.startsWith('one')));
});

test.serial('G39 RC: a random seed is chosen and printed', async t => {
	const {stderr} = await run(t, 'random');
	t.regex(stderr, /in the order of seed \d+; DATAFLOW_TDD_SHUFFLE=\d+ repeats it/);
});

async function runParallel(t: ExecutionContext, seed?: string): Promise<AvaRun> {
	const result = await project.run({env: {DATAFLOW_TDD_SHUFFLE: seed}});
	t.is(result.exitCode, 0, result.output);
	return result;
}
