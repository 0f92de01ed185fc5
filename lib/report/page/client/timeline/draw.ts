import {colour} from '../theme.ts';
import type {Stretch, TimelineRow} from './rows.ts';
import {ticks, type TimeView} from './view.ts';

const sizes = {scale: 24, title: 22, keeper: 8, gap: 3, lane: 18, foot: 12};
/** Below this many pixels a title is not written into its bar. */
const readable = 48;

/** Where something was drawn, for the pointer. */
export interface DrawnStretch {
	readonly stretch: Stretch;
	readonly left: number;
	readonly right: number;
	readonly top: number;
	readonly bottom: number;
}

/** Where and how to draw. */
export interface Surface {
	readonly context: CanvasRenderingContext2D;
	readonly width: number;
	readonly view: TimeView;
	readonly colours: Readonly<Record<string, string>>;
}

/** Reads the colours that hold now. */
export function timelineColours(): Readonly<Record<string, string>> {
	const names = ['text', 'muted', 'line', 'on-bar', ...['template', 'snapshot', 'server', 'lease', 'clone', 'passed', 'failed', 'over', 'wait'].map(kind => `time-${kind}`)];
	return Object.fromEntries(names.map(name => [name, colour(name)]));
}

/** How high a drawing of these rows is, in pixels. */
export function timelineHeight(rows: readonly TimelineRow[]): number {
	return rows.reduce((height, row) => height + rowHeight(row), sizes.scale);
}

function rowHeight({lanes}: TimelineRow): number {
	return sizes.title + sizes.keeper + sizes.gap + (Math.max(1, lanes.length) * sizes.lane) + sizes.foot;
}

/** Draws what the view shows of the rows, and says what it drew where. */
export function drawTimeline(surface: Surface, rows: readonly TimelineRow[]): DrawnStretch[] {
	const {context, width, colours} = surface;
	context.clearRect(0, 0, width, timelineHeight(rows));
	context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
	context.textBaseline = 'middle';
	drawScale(surface, timelineHeight(rows));
	let top = sizes.scale;
	return rows.flatMap(row => {
		context.fillStyle = colours['muted']!;
		context.fillText(row.title, 0, top + (sizes.title / 2) + 2);
		const keeperTop = top + sizes.title;
		const lanesTop = keeperTop + sizes.keeper + sizes.gap;
		top += rowHeight(row);
		return [
			...drawBars(surface, row.keeper, {top: keeperTop, height: sizes.keeper}),
			...row.lanes.flatMap((lane, index) => drawBars(surface, lane, {top: lanesTop + (index * sizes.lane), height: sizes.lane - 2})),
		];
	});
}

function drawScale({context, width, view, colours}: Surface, height: number): void {
	for (const at of ticks(view, width / 110)) {
		const x = Math.round(((at - view.from) / (view.to - view.from)) * width) + 0.5;
		context.strokeStyle = colours['line']!;
		context.beginPath();
		context.moveTo(x, sizes.scale - 6);
		context.lineTo(x, height);
		context.stroke();
		context.fillStyle = colours['muted']!;
		const label = view.to - view.from > 2000 ? `${Number((at / 1000).toFixed(3))} s` : `${Number(at.toFixed(3))} ms`;
		context.textAlign = x < 20 ? 'left' : x > width - 30 ? 'right' : 'center';
		context.fillText(label, x, 9);
	}

	context.textAlign = 'left';
}

function drawBars({context, width, view, colours}: Surface, stretches: readonly Stretch[], {top, height}: {readonly top: number; readonly height: number}): DrawnStretch[] {
	const scale = width / (view.to - view.from);
	const drawn: DrawnStretch[] = [];
	for (const stretch of stretches) {
		if (stretch.to < view.from || stretch.from > view.to) {
			continue;
		}

		const left = Math.max(-2, (stretch.from - view.from) * scale);
		const right = Math.min(width + 2, Math.max(left + 1, ((stretch.to - view.from) * scale) - 0.5));
		context.fillStyle = colours[`time-${stretch.kind}`]!;
		context.fillRect(left, top, right - left, height);
		drawn.push({stretch, left, right, top, bottom: top + height});
		if (stretch.test && right - left > readable) {
			writeInside(context, stretch.title, {left, right, middle: top + (height / 2), fill: colours['on-bar']!});
		}
	}

	return drawn;
}

function writeInside(context: CanvasRenderingContext2D, title: string, {left, right, middle, fill}: {readonly left: number; readonly right: number; readonly middle: number; readonly fill: string}): void {
	context.save();
	context.beginPath();
	context.rect(left, middle - 10, right - left - 4, 20);
	context.clip();
	context.fillStyle = fill;
	context.fillText(title, Math.max(left, 0) + 5, middle + 1);
	context.restore();
}
