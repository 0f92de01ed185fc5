import type {RunRecord} from '../../monitor/records.ts';

/** How one figure of a project went from run to run. */
export interface HistoryTrend {
	readonly metric: string;
	/** What the values are, for how they are written. Default `'count'`. */
	readonly unit?: 'ms' | 'bytes' | 'count';
	/** `at` in ms since the epoch, the oldest first. */
	readonly points: ReadonlyArray<{readonly at: number; readonly value: number}>;
	/** What counts as unchanged. */
	readonly band?: {readonly low: number; readonly high: number};
}

/** What goes into the page beside the run. */
export interface PageOptions {
	/** Default: no trend is shown. */
	readonly history?: readonly HistoryTrend[];
}

/** Makes the report of a run: one HTML page that holds its style, script and data, and asks the network for nothing. */
export async function renderPage(run: RunRecord, options: PageOptions = {}): Promise<string> {
	const data = JSON.stringify({run, history: options.history ?? []}).replaceAll('<', String.raw`\u003c`);
	const tests = run.files.reduce((sum, {tests}) => sum + tests.length, 0);
	return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Test run ${run.id.replaceAll(/[^\w.-]/g, '')}</title>
<h1>${tests} tests</h1>
<script type="application/json" id="data">${data}</script>
</html>
`;
}
