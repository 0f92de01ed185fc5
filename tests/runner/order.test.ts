import test from 'ava';
import {outcomes, withProject} from '../helpers/run-ava.ts';

test('G01 R: tests that insert the same unique keys pass in any order, serial, reversed, shuffled, over 4 workers', async t => {
	t.timeout(110_000);
	const project = await withProject(t, 'order');
	const ways: ReadonlyArray<readonly [string, readonly string[]]> = [['0', ['--serial']], ['-1', []], ['1', ['--concurrency=4']], ['2', ['--concurrency=4']]];
	for (const [seed, args] of ways) {
		const run = await project.run({args: ['--tap', ...args], env: {ORDER_SEED: seed, DATAFLOW_TDD_WORKERS: args.includes('--concurrency=4') ? '4' : '2'}});
		t.is(run.exitCode, 0, run.output);
		t.is(Object.keys(outcomes(run)).length, 48);
	}
});
