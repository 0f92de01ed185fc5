import test from 'ava';
import {demandedOfEach} from '#lib/history/many-tests.js';
import {regressionsOf, type Suite} from './sessions.ts';

const seeds = Array.from({length: 60}, (_, index) => index + 1);

const suites: readonly Suite[] = [
	{tests: 100, noise: 0.12, offset: 0.07}, {tests: 100, noise: 0.2, offset: 0.07}, {tests: 400, noise: 0.12, offset: 0.05},
];

for (const suite of suites) {
	test(`of ${suite.tests} unchanged tests that are off by ${Math.round(suite.offset * 100)} % in each session, with ${Math.round(suite.noise * 100)} % of noise, none alarms in 60 checks`, t => {
		t.deepEqual(seeds.flatMap(seed => regressionsOf(seed, suite).map(({metric}) => metric)), []);
	});
}

for (const [suite, mostMissed] of [[suites[0]!, 0], [suites[1]!, 2]] as const) {
	test(`ten of 100 such tests in a fixture that is slower by 30 % are found, with ${Math.round(suite.noise * 100)} % of noise in all but ${mostMissed} of 60 checks, and none of the others is`, t => {
		const checks = seeds.map(seed => regressionsOf(seed, {...suite, hot: 10}, {ratio: 1.3}).map(({metric}) => metric));
		t.true(checks.filter(found => !found.includes('fixture tddSeededData')).length <= mostMissed);
		t.deepEqual(checks.flat().filter(metric => !metric.startsWith('fixture') && Number(metric.split(' ').at(-1)) >= 10), []);
	});
}

test('the more tests there are, and the further they lie apart, the more each has to show; of few tests nothing is known', t => {
	const even = (count: number, apart: number): number[] => Array.from({length: count}, (_, index) => apart * ((2 * index / (count - 1)) - 1));
	t.is(demandedOfEach(even(9, 0.5), 1.2), 1.2);
	const quiet = [10, 100, 1000].map(count => demandedOfEach(even(count, 0), 1.2));
	t.deepEqual(quiet.map(ratio => Math.round(ratio * 100)), [120, 131, 144]);
	t.true(demandedOfEach(even(100, 0.2), 1.2) > 1.6);
});
