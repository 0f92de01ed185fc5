import type {PageData} from '../../data.ts';
import {details, fill, h, section} from '../dom.ts';
import {counted, formatMs, formatShare, plainMs, sumOf} from '../format.ts';
import {DataTable} from '../table.ts';
import type {ThemeSwitch} from '../theme.ts';
import {drawTimeline, timelineColours, timelineHeight, type DrawnStretch} from './draw.ts';
import {followPointers} from './pointers.ts';
import {timelineRows, type TimelineRow} from './rows.ts';
import {TimeView} from './view.ts';

const legend = [['passed', 'test'], ['over', 'test over its budget'], ['failed', 'failed test'], ['template', 'template'], ['snapshot', 'snapshot'], ['server', 'server start'], ['lease', 'lease'], ['clone', 'clone'], ['wait', 'waiting for a server']] as const;

/** What servers and workers did when: one row for each server, zoomable. */
export class Timeline {
	readonly element: HTMLElement;
	readonly #rows: readonly TimelineRow[];
	readonly #view: TimeView;
	readonly #canvas = h('canvas', {role: 'img'});
	readonly #tip = h('div', {'class': 'tip', 'hidden': true, 'aria-hidden': 'true'});
	readonly #stage: HTMLElement;
	readonly #fit = h('button', {type: 'button', class: 'quiet', onclick: () => this.#change(view => view.fit())}, 'Whole run');
	#colours: Readonly<Record<string, string>> | undefined;
	#drawn: readonly DrawnStretch[] = [];
	#frame = 0;

	constructor(data: PageData, theme: ThemeSwitch) {
		this.#rows = timelineRows(data);
		this.#view = new TimeView(data.run.endedAt - data.run.startedAt);
		this.#canvas.setAttribute('aria-label', `Timeline: ${this.#rows.map(row => describe(row)).join('; ')}`);
		this.#stage = h('div', {'class': 'stage', 'tabindex': 0, 'role': 'group', 'aria-label': 'Timeline: arrow keys move, plus and minus zoom, 0 shows the whole run', 'onkeydown': event => this.#press(event as KeyboardEvent)}, this.#canvas, this.#tip);
		this.element = section('timeline', 'Timeline', this.#tools(), this.#stage, this.#legend(), details('The same as a table', table(this.#rows, data)));
		new ResizeObserver(() => this.#draw()).observe(this.#stage);
		followPointers(this.#stage, {pan: part => this.#change(view => view.pan(part)), zoom: (factor, centre) => this.#change(view => view.zoom(factor, centre)), hover: (x, y) => this.#hover(x, y), pick: (x, y) => this.#pick(x, y)});
		theme.onChange(() => {
			this.#colours = undefined;
			this.#draw();
		});
	}

	#tools(): HTMLElement {
		const button = (title: string, name: string, act: (view: TimeView) => void) => h('button', {'type': 'button', 'class': 'quiet', 'aria-label': name, 'onclick': () => this.#change(act)}, title);
		return h('div', {class: 'tools'}, button('−', 'Zoom out', view => view.zoom(2)), button('+', 'Zoom in', view => view.zoom(0.5)),
			button('←', 'Earlier', view => view.pan(-0.5)), button('→', 'Later', view => view.pan(0.5)), this.#fit,
			h('span', {class: 'muted hint'}, 'Drag to move, Ctrl and wheel to zoom, click a test to open it'));
	}

	#legend(): HTMLElement {
		const kinds = new Set(this.#rows.flatMap(({keeper, lanes}) => [...keeper, ...lanes.flat()].map(({kind}) => kind)));
		return h('ul', {class: 'keys'}, ...legend.filter(([kind]) => kinds.has(kind)).map(([kind, title]) => h('li', {}, h('span', {class: `swatch time-${kind}`}), title)));
	}

	#change(act: (view: TimeView) => void): void {
		act(this.#view);
		this.#tip.hidden = true;
		cancelAnimationFrame(this.#frame);
		this.#frame = requestAnimationFrame(() => this.#draw());
	}

	#draw(): void {
		const width = this.#stage.clientWidth;
		const height = timelineHeight(this.#rows);
		const context = this.#canvas.getContext('2d');
		if (!context || width === 0) {
			return;
		}

		this.#canvas.width = Math.round(width * devicePixelRatio);
		this.#canvas.height = Math.round(height * devicePixelRatio);
		this.#canvas.style.height = `${height}px`;
		context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
		this.#colours ??= timelineColours();
		this.#drawn = drawTimeline({context, width, view: this.#view, colours: this.#colours}, this.#rows);
		this.#fit.disabled = this.#view.isWhole;
	}

	#press(event: KeyboardEvent): void {
		const acts: Readonly<Record<string, (view: TimeView) => void>> = {
			'ArrowLeft': view => view.pan(-0.2), 'ArrowRight': view => view.pan(0.2), '+': view => view.zoom(0.5), '=': view => view.zoom(0.5),
			'-': view => view.zoom(2), '0': view => view.fit(), 'Home': view => view.pan(-Infinity), 'End': view => view.pan(Infinity),
		};
		const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : acts[event.key];
		if (act) {
			event.preventDefault();
			this.#change(act);
		}
	}

	#at(x: number, y: number): DrawnStretch | undefined {
		return this.#drawn.findLast(({left, right, top, bottom}) => x >= left - 1 && x <= right + 1 && y >= top && y <= bottom);
	}

	#hover(x: number, y: number): void {
		const found = this.#at(x, y);
		this.#tip.hidden = !found;
		this.#stage.classList.toggle('over-test', found?.stretch.test !== undefined);
		if (found) {
			const {title, from, to} = found.stretch;
			fill(this.#tip, h('strong', {}, title), h('span', {}, `${formatMs(to - from)}, from ${formatMs(from)}`));
			this.#tip.style.left = `${Math.max(0, Math.min(x + 12, this.#stage.clientWidth - this.#tip.offsetWidth))}px`;
			this.#tip.style.top = `${found.bottom + 6}px`;
		}
	}

	#pick(x: number, y: number): void {
		const {test} = this.#at(x, y)?.stretch ?? {};
		if (test) {
			location.hash = `#test-${test.index}`;
		}
	}
}

function describe({title, keeper, lanes}: TimelineRow): string {
	const tests = lanes.flat();
	const start = keeper.find(({kind}) => kind === 'server');
	return `${title}: ${start ? `started in ${formatMs(start.to - start.from)}, ` : ''}${counted(tests.length, 'test')} in ${formatMs(sumOf(tests, ({from, to}) => to - from))}`;
}

function table(rows: readonly TimelineRow[], {run}: PageData): HTMLElement {
	const whole = run.endedAt - run.startedAt;
	const busy = ({lanes}: TimelineRow): number => sumOf(lanes.flat(), ({from, to}) => to - from);
	const start = ({keeper}: TimelineRow): number => sumOf(keeper.filter(({kind}) => kind === 'server'), ({from, to}) => to - from);
	return new DataTable({
		caption: 'Servers', rows, sortBy: 'title', columns: [
			{id: 'title', title: 'Server', width: 'grow', value: ({title}) => title},
			{id: 'start', title: 'Start, ms', value: start, cell: row => plainMs(start(row))},
			{id: 'leases', title: 'Leases', value: ({keeper}) => keeper.filter(({kind}) => kind === 'lease').length},
			{id: 'tests', title: 'Tests', value: ({lanes}) => lanes.flat().length},
			{id: 'busy', title: 'In tests, ms', value: busy, cell: row => plainMs(busy(row))},
			{id: 'share', title: 'Of the run', value: row => busy(row) / whole, cell: row => formatShare(busy(row), whole)},
		],
	}).element;
}
