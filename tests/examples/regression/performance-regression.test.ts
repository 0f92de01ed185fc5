/*
Learning objectives
- Keep a history of measurements in a file, the last ten of them: `addToPerformanceHistory`.
- Compare a measurement with the newest one: `detectRegressions`, from a ratio of 1.2 on.
- Know what a single figure is worth: it is `suspected`, because it may be the machine. Samples can be `regressed`.
- For a whole suite, let `dataflow-tdd measure --check` do this: it takes samples, and compares machines of the same class only.
*/
import {mkdtemp, rm} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {addToPerformanceHistory, detectRegressions, figuresOf, measureComprehensivePerformance, readPerformanceHistory} from 'dataflow-tdd';

// Serial: what runs beside a measurement is measured with it.
test.serial('performance regressions are looked for, and the history grows', async t => {
	// A project has `tests/performance_history.json` here, and commits it. This example leaves nothing behind.
	const folder = await mkdtemp(path.join(os.tmpdir(), 'performance-history-'));
	t.teardown(async () => rm(folder, {recursive: true, force: true}));
	const file = path.join(folder, 'performance_history.json');

	// Step 1: measure.
	const current = await measureComprehensivePerformance({samples: 5});
	t.true(figuresOf(current).length > 0);

	// Step 2: the history is empty at first, so nothing has regressed.
	t.deepEqual(detectRegressions(current, await readPerformanceHistory(file)), []);

	// Step 3: add the run; of twelve runs the last ten stay.
	for (let run = 1; run <= 12; run++) {
		await addToPerformanceHistory(file, current);
	}

	const history = await readPerformanceHistory(file);
	t.is(history.length, 10);
	t.deepEqual(Object.keys(history.at(-1)!), Object.keys(current));

	// Step 4: measure again, and look. Whoever wants to fail on this fails on a machine that was busy for a moment, too.
	for (const {metric, baseline, current: now, ratio, verdict} of detectRegressions(await measureComprehensivePerformance({samples: 5}), history)) {
		t.log(`${metric}: ${baseline.toFixed(2)}, now ${now.toFixed(2)}, ${ratio.toFixed(2)} times as much: ${verdict}`);
	}
});

test('a figure that is 1.2 times what it was is told, and one below that is not', t => {
	const history = [{individualTestMs: 40, fixtureSetupMs: 1}, {individualTestMs: 50, fixtureSetupMs: 1}];
	t.deepEqual(detectRegressions({individualTestMs: 65, fixtureSetupMs: 1.1}, history), [
		{metric: 'individualTestMs', baseline: 50, current: 65, ratio: 1.3, verdict: 'suspected'},
	]);
});

test('samples tell a change from chance', t => {
	const before = [50, 51, 49, 50, 52, 50, 49, 51];
	const slower = before.map(ms => ms * 1.3);
	t.is(detectRegressions({individualTestMs: slower}, [{individualTestMs: before}])[0]?.verdict, 'regressed');

	// The same median, but only since something began to run beside the test: the second half of the samples does not show it.
	const disturbed = [66, 65, 67, 66, 65, 50, 51, 49];
	t.is(detectRegressions({individualTestMs: disturbed}, [{individualTestMs: before}])[0]?.verdict, 'suspected');
});
