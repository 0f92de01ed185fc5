/** A stretch of time on a track; its children lie inside of it and beside one another. */
export interface Span {
	readonly name: string;
	/** What kind of thing it is, such as `test` or `lease`. */
	readonly category: string;
	/** From the start of the run, in ms. */
	readonly startMs: number;
	readonly endMs: number;
	/** Further facts, shown where the viewer has room. */
	readonly facts?: Readonly<Record<string, unknown>>;
	readonly children?: readonly Span[];
}

/** Spans that do not overlap, in the order of time. */
export interface Track {
	/** What tracks belong together: `tests`, `servers`, `keeper`. */
	readonly group: string;
	readonly name: string;
	readonly spans: readonly Span[];
}

/** A run as spans. */
export interface Timeline {
	readonly tracks: readonly Track[];
	/** Waits and parallel measures: they overlap one another and what is on the tracks. */
	readonly loose: readonly Span[];
}

/** What two clocks may differ by, in ms, before neighbours count as overlapping. */
const toleranceMs = 0.5;

/** Lays spans on as few rows as they need, each on the first one that is free. */
export function layOut(spans: readonly Span[]): Span[][] {
	const rows: Span[][] = [];
	for (const span of spans.toSorted((one, other) => one.startMs - other.startMs)) {
		const row = rows.find(row => row.at(-1)!.endMs <= span.startMs + toleranceMs);
		if (row) {
			row.push(within(span, row.at(-1)!.endMs, Infinity));
		} else {
			rows.push([span]);
		}
	}

	return rows;
}

/** The same span, cut to what lies between two points of time; its children, too. */
export function within(span: Span, startMs: number, endMs: number): Span {
	const start = Math.min(Math.max(span.startMs, startMs), endMs);
	const end = Math.max(Math.min(span.endMs, endMs), start);
	if (start === span.startMs && end === span.endMs) {
		return span;
	}

	return {...span, startMs: start, endMs: end, ...(span.children && {children: span.children.map(child => within(child, start, end))})};
}

/** Puts spans into one another where they fit; gives those beside that overlap others in part. */
export function nest(spans: readonly Span[]): {readonly nested: Span[]; readonly loose: Span[]} {
	const nested: Span[] = [];
	const loose: Span[] = [];
	const open: Array<Span & {readonly children: Span[]}> = [];
	for (const span of spans.toSorted((one, other) => one.startMs - other.startMs || other.endMs - one.endMs)) {
		while (open.length > 0 && open.at(-1)!.endMs <= span.startMs) {
			open.pop();
		}

		const parent = open.at(-1);
		if (parent && span.endMs > parent.endMs) {
			loose.push(span);
			continue;
		}

		const placed = {...span, children: []};
		(parent?.children ?? nested).push(placed);
		open.push(placed);
	}

	return {nested, loose};
}
