import {createHash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import type {RunRecord} from '../../monitor/records.ts';
import {loadIdentify} from '../statements.ts';
import type {HistoryTrend, PageData} from './data.ts';
import {pageData} from './page-data.ts';

export type {HistoryTrend} from './data.ts';

/** What goes into the page beside the run. */
export interface PageOptions {
	/** Default: no trend is shown. */
	readonly history?: readonly HistoryTrend[];
}

/**
 * Makes the report of a run: one HTML page that holds its style, script and data, and asks the network for nothing. Its policy
 * lets no other script run than the one that is built with this package; what a test says of itself is data, escaped, and shown as text.
 */
export async function renderPage(run: RunRecord, options: PageOptions = {}): Promise<string> {
	const [style, script, identify] = await Promise.all([builtFile('client.css'), builtFile('client.js'), loadIdentify()]);
	return html({style, script, data: pageData(run, options.history ?? [], identify)});
}

/** What the build has made of `client/`. */
async function builtFile(name: string): Promise<string> {
	return readFile(new URL(`client/${name}`, import.meta.url), 'utf8');
}

function html({style, script, data}: {readonly style: string; readonly script: string; readonly data: PageData}): string {
	const policy = [`default-src 'none'`, `script-src '${digest(script)}'`, `style-src '${digest(style)}'`, 'img-src data:', `base-uri 'none'`, `form-action 'none'`].join('; ');
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>Test run of ${new Date(data.run.startedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC · dataflow-tdd</title>
<style>${style}</style>
</head>
<body>
<noscript>This report is drawn by the script that it holds: please allow it.</noscript>
<script type="application/json" id="data">${embedded(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** As the policy names an inline script or style. */
function digest(text: string): string {
	return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** JSON that cannot end the element it stands in. Times keep three decimals: a thousandth of a millisecond. */
function embedded(data: PageData): string {
	const rounded = JSON.stringify(data, (_key, value: unknown) => typeof value === 'number' && !Number.isInteger(value) ? Number(value.toFixed(3)) : value);
	return rounded.replaceAll('<', String.raw`\u003c`);
}
