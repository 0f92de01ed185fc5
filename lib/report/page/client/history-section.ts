import type {ChartConfiguration} from 'chart.js';
import type {HistoryTrend} from '../data.ts';
import type {Charts} from './chart.ts';
import {field, h, section} from './dom.ts';
import {formatBytes, formatCount, formatMs, formatTime, quantile} from './format.ts';
import {DataTable} from './table.ts';
import {colour} from './theme.ts';

/** How the figures of this project went from run to run; nothing without a history. */
export function historySection(history: readonly HistoryTrend[], charts: Charts): HTMLElement | undefined {
	const trends = history.filter(({points}) => points.length > 0);
	if (trends.length === 0) {
		return undefined;
	}

	let shown = trends.find(trend => verdict(trend) !== 'within') ?? trends[0]!;
	const chart = charts.add(words(shown), () => chartOf(shown));
	const select = h('select', {onchange: () => {
		shown = trends[Number(select.value)] ?? shown;
		chart.redraw(words(shown));
	}}, ...trends.map(({metric}, index) => h('option', {value: index}, metric)));
	select.value = String(trends.indexOf(shown));
	return section('history', 'History',
		h('p', {class: 'muted'}, 'The last runs that were measured. The band is what counts as unchanged.'),
		field('Figure', select, 'inline'), chart.element, table(trends));
}

function table(trends: readonly HistoryTrend[]): HTMLElement {
	return new DataTable({
		caption: 'Figures and their bands', rows: trends, sortBy: 'metric', columns: [
			{id: 'metric', title: 'Figure', width: 'grow', value: ({metric}) => metric},
			{id: 'now', title: 'Last', value: trend => last(trend), cell: trend => written(trend, last(trend))},
			{id: 'median', title: 'Median before', value: trend => before(trend), cell: trend => written(trend, before(trend))},
			{id: 'ratio', title: 'Ratio', value: trend => ratio(trend), cell: trend => ratio(trend).toFixed(2)},
			{id: 'band', title: 'Band', width: 'wide', value: ({band}) => band?.high ?? 0, cell: trend => trend.band ? `${written(trend, trend.band.low)} – ${written(trend, trend.band.high)}` : 'none'},
			{id: 'verdict', title: 'Verdict', value: trend => verdict(trend), cell: trend => h('span', {class: verdict(trend) === 'above' ? 'warn' : ''}, verdict(trend))},
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
			scales: {x: {grid: {display: false}, border: {display: false}}, y: {border: {display: false}, grace: '20%', ticks: {maxTicksLimit: 6, callback: value => written(trend, Number(value))}}},
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
	const earlier = points.length > 1 ? points.slice(0, -1) : points;
	return quantile(earlier.map(({value}) => value).toSorted((one, other) => one - other), 0.5);
}

function ratio(trend: HistoryTrend): number {
	return before(trend) === 0 ? 1 : last(trend) / before(trend);
}

function verdict(trend: HistoryTrend): 'within' | 'above' | 'below' {
	const {low = -Infinity, high = Infinity} = trend.band ?? {};
	return last(trend) > high ? 'above' : last(trend) < low ? 'below' : 'within';
}
