import type {ChartConfiguration} from 'chart.js';
import type {PageData, PageTest} from '../data.ts';
import type {Charts} from './chart.ts';
import {h, section} from './dom.ts';
import {counted, formatBytes, formatCount, formatMs, formatShare, quantile, sumOf} from './format.ts';
import {durationParts, partsBar, partsKeys} from './phases.ts';
import {pathText, testLink} from './statement-text.ts';
import type {TestFilters} from './tests-section.ts';
import {colour} from './theme.ts';

type Filter = (filters: Partial<TestFilters>) => void;

/** What a run comes to, at a glance. */
export function overview(data: PageData, charts: Charts, filter: Filter): HTMLElement {
	return section('overview', 'Overview', figures(data), attention(data, filter), h('div', {class: 'halves'}, slowest(data), distribution(data.tests, charts)));
}

function figures({run, tests, files}: PageData): HTMLElement {
	const durations = tests.map(({durationMs}) => durationMs).toSorted((one, other) => one - other);
	const durationMs = sumOf(tests, test => test.durationMs);
	const databaseMs = sumOf(tests, ({phases}) => phases.databaseMs);
	const [hits, misses, savedMs] = [sumOf(files, ({cache}) => cache.hits), sumOf(files, ({cache}) => cache.misses), sumOf(files, ({cache}) => cache.savedMs)];
	return h('dl', {class: 'figures'},
		figure('Run', formatMs(run.endedAt - run.startedAt), `${counted(files.length, 'file')} on ${counted(run.workers, 'server')}`),
		figure('Median test', formatMs(quantile(durations, 0.5)), `95 of 100 within ${formatMs(quantile(durations, 0.95))}`),
		figure('In the database', formatShare(databaseMs, durationMs), `${formatMs(databaseMs)} of ${formatMs(durationMs)} in tests`),
		figure('Statements', formatCount(sumOf(tests, test => test.statementCount)), `${counted(sumOf(tests, test => test.rowCount), 'row')}, ${formatBytes(sumOf(tests, test => test.bytesSent + test.bytesReceived))}`),
		figure('Cache hits', `${formatCount(hits)} of ${formatCount(hits + misses)}`, hits > 0 ? `saved ${formatMs(savedMs)} of applying schemas and seeds` : 'nothing saved yet'),
	);
}

function figure(name: string, value: string, note: string): HTMLElement {
	return h('div', {}, h('dt', {}, name), h('dd', {}, h('span', {class: 'value'}, value), h('span', {class: 'note'}, note)));
}

/** What to look at: each count leads to the tests that it counts. */
function attention({tests}: PageData, filter: Filter): HTMLElement {
	const count = (fits: (test: PageTest) => boolean): number => tests.filter(test => fits(test)).length;
	const warned = (kind: string) => count(({warnings}) => warnings.some(warning => warning.kind === kind));
	const items: ReadonlyArray<readonly [number, string, Partial<TestFilters>]> = [
		[count(({outcome}) => outcome === 'failed'), 'failed', {outcome: 'failed'}],
		[warned('budget'), 'over budget', {warning: 'budget'}],
		[warned('threshold'), 'over a threshold', {warning: 'threshold'}],
		[warned('repeated'), 'with repeated statements (N+1)', {warning: 'repeated'}],
		[warned('slow'), 'with slow statements', {warning: 'slow'}],
		[warned('queries'), 'with too many statements', {warning: 'queries'}],
		[warned('memory'), 'with memory warnings', {warning: 'memory'}],
		[warned('fallback'), 'with a fallback', {warning: 'fallback'}],
	];
	const shown = items.filter(([number]) => number > 0);
	return shown.length === 0
		? h('p', {class: 'attention'}, 'Nothing failed, nothing is over budget, no statement is repeated or slow.')
		: h('ul', {class: 'attention'}, ...shown.map(([number, title, filters], index) => h('li', {},
			h('a', {href: '#tests', class: index === 0 && filters.outcome ? 'fail' : '', onclick: () => filter(filters)}, h('strong', {}, formatCount(number)), ` ${title}`))));
}

function slowest({tests, files}: PageData): HTMLElement {
	const slow = tests.toSorted((one, other) => other.durationMs - one.durationMs).slice(0, 5);
	return h('div', {}, h('h3', {}, 'Slowest tests'), h('ol', {class: 'slowest'}, ...slow.map(test => h('li', {},
		h('div', {class: 'line'}, testLink(test), h('span', {class: 'number'}, formatMs(test.durationMs))),
		partsBar(durationParts(test.phases), slow[0]!.durationMs),
		h('div', {class: 'muted'}, pathText(files[test.file]?.file ?? ''))))), slow.length > 0 && partsKeys(durationParts(slow[0]!.phases)));
}

/** Where one bar of the chart ends and the next begins, in ms. */
const edges = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

function distribution(tests: readonly PageTest[], charts: Charts): HTMLElement {
	const counts = [0, ...edges].map((from, index) => tests.filter(({durationMs}) => durationMs >= from && durationMs < (edges[index] ?? Infinity)).length);
	const last = counts.findLastIndex(count => count > 0);
	const first = Math.max(0, counts.findIndex(count => count > 0));
	const names = [`< ${edges[0]}`, ...edges.map((edge, index) => index + 1 < edges.length ? `${edge}–${edges[index + 1]}` : `> ${edge}`)];
	const shown = counts.slice(first, last + 1);
	const labels = names.slice(first, last + 1);
	const config = (): ChartConfiguration => ({
		type: 'bar',
		data: {labels, datasets: [{data: shown, backgroundColor: colour('accent-soft'), hoverBackgroundColor: colour('accent'), borderRadius: 2, categoryPercentage: 0.92, barPercentage: 0.92}]},
		options: {
			scales: {x: {grid: {display: false}, border: {display: false}, title: {display: true, text: 'ms'}, ticks: {maxRotation: 0, font: {size: 11}}}, y: {border: {display: false}, ticks: {precision: 0, maxTicksLimit: 5}}},
			plugins: {tooltip: {callbacks: {title: ([item]) => `${item?.label} ms`, label: item => counted(Number(item.raw), 'test')}}},
		},
	});
	const words = `How long tests take: ${shown.map((count, index) => `${labels[index]} ms ${counted(count, 'test')}`).join(', ')}`;
	return h('div', {}, h('h3', {}, 'How long tests take'), charts.add(words, config).element);
}
