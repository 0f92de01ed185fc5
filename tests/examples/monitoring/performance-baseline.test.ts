/*
Learning objectives
- Measure what a test costs on this machine, now: `measureTddPerformance`.
- Hold the four figures against targets, by the targets' names.
- Know what to assert. A median on a busy machine says little of the code, so a miss is told here, and fails nothing.
- Read the wider set: plain numbers by name, for comparing one commit with another.
*/
import test from 'ava';
import {figuresOf, measureComprehensivePerformance, measureTddPerformance} from 'dataflow-tdd';

const targets = {
	individualTestTargetMs: 100,
	fixtureSetupTargetMs: 10,
	connectionAcquisitionTargetMs: 5,
	schemaOperationTargetMs: 10,
} as const;

// Serial: what runs beside a measurement is measured with it.
test.serial('the performance of tests is measured, and held against its targets', async t => {
	// Step 1: measure. This takes some hundred milliseconds, on a real server.
	const current = await measureTddPerformance();

	// Step 2: look at each figure under the name of its target.
	for (const [metric, target] of Object.entries(targets) as Array<[keyof typeof targets, number]>) {
		t.true(current[metric] > 0, metric);
		t.log(`${metric}: ${current[metric].toFixed(2)} ms, which is ${current[metric] <= target ? 'within' : 'over'} ${target} ms`);
	}

	// Step 3: the same in full: how often it was measured, and how far the figures lie apart.
	const {medianMs, p95Ms, samples, warmUps, targetMs} = current.individualTest;
	t.is(targetMs, targets.individualTestTargetMs);
	t.true(medianMs <= p95Ms);
	t.log(`individualTest: median ${medianMs.toFixed(2)} ms, p95 ${p95Ms.toFixed(2)} ms of ${samples} samples after ${warmUps} that do not count`);
});

test.serial('the wider set is numbers by name, which can be written to a file and compared', async t => {
	const current = await measureComprehensivePerformance({samples: 10});
	for (const [metric, value] of Object.entries(current)) {
		t.regex(metric, /(?:Ms|Bytes)$/, 'the unit ends the name');
		t.true(value > 0, metric);
	}

	t.deepEqual(JSON.parse(JSON.stringify(current)), {...current});
	t.true(figuresOf(current).every(({medianMs, p95Ms}) => medianMs <= p95Ms));
});
