import test from 'ava';
import {historyTrends} from '#lib/report/page/history-trends.js';

test('each metric of the newest run is a trend, with the band of the run before it', t => {
	const trends = historyTrends([
		{at: '2026-11-21T10:00:00.000Z', metrics: {suite: 90, gone: 1}},
		{at: '2026-11-22T10:00:00.000Z', metrics: {suite: 100}},
		{at: '2026-11-23T10:00:00.000Z', metrics: {suite: 130, new: 4}},
	], 1.25);
	t.deepEqual(trends, [
		{metric: 'suite', unit: 'ms', points: [90, 100, 130].map((value, day) => ({at: Date.UTC(2026, 10, 21 + day, 10), value})), band: {low: 80, high: 125}},
		{metric: 'new', unit: 'ms', points: [{at: Date.UTC(2026, 10, 23, 10), value: 4}], band: {low: 3.2, high: 5}},
	]);
});

test('a history without runs has no trends', t => {
	t.deepEqual(historyTrends([], 1.2), []);
});
