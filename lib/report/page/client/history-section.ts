import type {ChartConfiguration} from 'chart.js';
import type {HistoryTrend} from '../data.ts';
import type {Charts} from './chart.ts';
import {fill, h, section} from './dom.ts';
import {formatBytes, formatCount, formatMs, formatTime} from './format.ts';
import {DataTable} from './table.ts';
import {colour} from './theme.ts';

/** How the figures of this project went from run to run; nothing without a history. */
export function historySection(history: readonly HistoryTrend[], charts: Charts): HTMLElement | undefined {
	const trends = history.filter(({points}) => points.length > 0);
	if (trends.length === 0) {
		return undefined;
	}

	let shown = trends.find(trend => verdict(trend) !== 'within') ?? trends[0]!;
	const title = h('h3', {}, shown.metric);
	const chart = charts.add(words(shown), () => chartOf(shown));
	const show = (trend: HistoryTrend): void => {
		shown = trend;
		fill(title, trend.metric);
		chart.redraw(words(trend));
		title.scrollIntoView({block: 'nearest'});
	};
	return section('history', 'History',
		h('p', {class: 'muted'}, 'The runs that were accepted, the newest last. The band is what counts as unchanged, from the run before.'),
		title, chart.element, table(trends, show));
}

function table(trends: readonly HistoryTrend[], show: (trend: HistoryTrend) => void): HTMLElement {
	return new DataTable({
		caption: 'Figures and their bands', rows: trends, sortBy: 'ratio', pageSize: 12, columns: [
			{id: 'metric', title: 'Figure', width: 'grow', value: ({metric}) => metric, cell: trend => h('button', {'type': 'button', 'class': 'link', 'aria-label': `Show ${trend.metric}`, 'onclick': () => show(trend)}, trend.metric)},
			{id: 'now', title: 'Last', value: trend => last(trend), cell: trend => written(trend, last(trend))},
			{id: 'before', title: 'Before', value: trend => before(trend), cell: trend => written(trend, before(trend))},
			{id: 'ratio', title: 'Ratio', value: trend => ratio(trend), cell: trend => ratio(trend).toFixed(2)},
			{id: 'band', title: 'Band', width: 'wide', value: ({band}) => band?.high ?? 0, cell: trend => trend.band ? `${written(trend, trend.band.low)} – ${written(trend, trend.band.high)}` : 'none'},
			{id: 'verdict', title: 'Verdict', width: 'wide', value: trend => verdict(trend), cell: trend => h('span', {class: verdict(trend) === 'above' ? 'warn' : ''}, verdict(trend))},
		],
	}).element;
}

function chartOf(trend: HistoryTrend): ChartConfiguration {
	const {points, band} = trend;
	const edge = (value: number, fill: string | false) => ({data: points.map(() => value), borderColor: colour('band-line'), borderWidth: 1, borderDash: [4, 4], pointRadius: 0, pointHitRadius: 0, fill, backgroundColor: colour('band')});
	const isOut = (value: number): boolean => band !== undefined && (value > band.high || value < band.low);
	const colours = points.map(({value}) => colour(isOut(value) ? 'warn' : 'accent'));
	return {
		type: 'line',
		data: {
			labels: points.map(({at}) => new Date(at).toLocaleDateString('en-GB', {day: 'numeric', month: 'short'})),
			datasets: [
				{data: points.map(({value}) => value), borderColor: colour('accent'), borderWidth: 2, pointRadius: 4, pointBackgroundColor: colours, pointBorderColor: colours},
				...band ? [edge(band.high, '+1'), edge(band.low, false)] : [],
			],
		},
		options: {
			interaction: {mode: 'index', intersect: false},
			scales: {x: {grid: {display: false}, border: {display: false}, ticks: {maxRotation: 0}}, y: {border: {display: false}, grace: '20%', ticks: {maxTicksLimit: 6, callback: value => written(trend, Number(value))}}},
			plugins: {tooltip: {filter: ({datasetIndex}) => datasetIndex === 0, callbacks: {
				title: ([item]) => formatTime(points[item?.dataIndex ?? 0]!.at), label: item => written(trend, Number(item.raw)),
			}}},
		},
	};
}

function words(trend: HistoryTrend): string {
	return `${trend.metric} from run to run: ${trend.points.map(({value}) => written(trend, value)).join(', ')}${trend.band ? `; unchanged is ${written(trend, trend.band.low)} to ${written(trend, trend.band.high)}` : ''}`;
}

function written({unit = 'count'}: HistoryTrend, value: number): string {
	return unit === 'ms' ? (value < 100 ? `${value.toFixed(value < 1 ? 2 : 1)} ms` : formatMs(value)) : unit === 'bytes' ? formatBytes(value) : formatCount(value);
}

function last({points}: HistoryTrend): number {
	return points.at(-1)?.value ?? 0;
}

function before({points}: HistoryTrend): number {
	return points.at(-2)?.value ?? points.at(-1)?.value ?? 0;
}

function ratio(trend: HistoryTrend): number {
	return before(trend) === 0 ? 1 : last(trend) / before(trend);
}

function verdict(trend: HistoryTrend): 'within' | 'above' | 'below' {
	const {low = -Infinity, high = Infinity} = trend.band ?? {};
	return last(trend) > high ? 'above' : last(trend) < low ? 'below' : 'within';
}
