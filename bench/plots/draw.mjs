// Draws the growth curves of bench/results/latest.json: `node bench/plots/draw.mjs [results.json [folder]]` writes docs/images/growth-*.svg.
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {installPackages} from '../install.ts';

const root = path.join(import.meta.dirname, '..', '..');
const [results = path.join(root, 'bench', 'results', 'latest.json'), folder = path.join(root, 'docs', 'images')] = process.argv.slice(2);
await installPackages('plots', text => process.stderr.write(`${text}\n`));
const Plot = await import('@observablehq/plot');
const {parseHTML} = await import('linkedom');
const {document} = parseHTML('<html><body></body></html>');

const width = 920;
const panel = {width: 450, height: 300};
const head = 84;

/** Each series has the same looks in all plots; shades of one colour are the harness's own. */
const looks = {
	'dataflow-tdd': {color: 'var(--own)', width: 2.5},
	'dataflow-tdd, servers to start': {color: 'var(--own)', width: 1.5, dash: '6 3'},
	'dataflow-tdd, first ever': {color: 'var(--own)', width: 1.5, dash: '2 3'},
	'hand-written': {color: 'var(--hand)', width: 1.75},
	'hand-written, migrated each time': {color: 'var(--hand)', width: 1.75},
	'empty tests': {color: 'var(--empty)', width: 1.75},
	PGlite: {color: 'var(--pglite)', width: 1.75},
	'ava-postgres': {color: 'var(--ava)', width: 1.75},
};

// The background is part of the picture: a page's own may be dark where the reader's system is light.
const style = `
svg { --paper: #ffffff; --ink: #1f2328; --faint: #59636e; --grid: #d1d9e0; --own: #0b62d6; --hand: #bc4c00; --empty: #6e7781; --pglite: #1a7f37; --ava: #8250df; }
@media (prefers-color-scheme: dark) {
	svg { --paper: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --grid: #3d444d; --own: #6cb0ff; --hand: #f0883e; --empty: #9198a1; --pglite: #56d364; --ava: #c297ff; }
}
text { font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; }`;

const median = samples => {
	const sorted = samples.toSorted((a, b) => a - b);
	return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
};

const escape = text => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** All panels of a figure have the same scale, or they could not be compared. */
function drawPanel({points, unit, top}) {
	const rows = points.map(({series, x, samplesMs}) => ({series, x, seconds: median(samplesMs) / 1000, low: Math.min(...samplesMs) / 1000, high: Math.max(...samplesMs) / 1000}));
	const names = Object.keys(looks).filter(name => rows.some(({series}) => series === name)).toReversed();
	const sizes = [...new Set(rows.map(({x}) => x))].toSorted((a, b) => a - b);
	const marks = names.flatMap(name => {
		const own = rows.filter(({series}) => series === name);
		const {color, width: strokeWidth, dash} = looks[name];
		return [
			Plot.ruleX(own, {x: 'x', y1: 'low', y2: 'high', stroke: color, strokeOpacity: 0.5}),
			Plot.line(own, {x: 'x', y: 'seconds', stroke: color, strokeWidth, strokeDasharray: dash}),
			Plot.dot(own, {x: 'x', y: 'seconds', fill: color, r: 2.75}),
		];
	});
	const plot = Plot.plot({
		document, ...panel, marginLeft: 48, marginRight: 16, marginTop: 12, marginBottom: 40,
		style: {background: 'none', color: 'var(--ink)', fontSize: '12px'},
		x: {label: unit, labelAnchor: 'center', labelArrow: 'none', ticks: ticksOf(sizes), tickFormat: value => value.toLocaleString('en'), tickSize: 4},
		y: {label: null, domain: [0, top], ticks: 6, tickSize: 0, tickFormat: value => `${value} s`},
		marks: [Plot.gridY({stroke: 'var(--grid)', strokeOpacity: 1, ticks: 6}), Plot.ruleY([0], {stroke: 'var(--faint)'}), ...marks],
	});
	return plot.innerHTML;
}

/** Sizes that stand too near to each other for their numbers get none. */
function ticksOf(sizes) {
	const [first, last] = [sizes[0], sizes.at(-1)];
	const kept = [];
	for (const size of sizes.toReversed()) {
		if (kept.length === 0 || kept.at(-1) - size > (last - first) * 0.075) {
			kept.push(size);
		}
	}

	return kept.toReversed();
}

function legend(names) {
	let [x, y] = [24, 52];
	return names.map(name => {
		const {color, width: strokeWidth, dash} = looks[name];
		const room = 42 + name.length * 6.2;
		if (x + room > width - 16) {
			[x, y] = [24, y + 18];
		}

		const entry = `<line x1="${x}" x2="${x + 22}" y1="${y - 4}" y2="${y - 4}" stroke="${color}" stroke-width="${strokeWidth}"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`
			+ `<text x="${x + 28}" y="${y}" font-size="12" fill="var(--ink)">${escape(name)}</text>`;
		x += room;
		return entry;
	}).join('\n');
}

/** One figure: a panel for each kind of server. */
function drawFigure({title, description, unit, curves}) {
	const all = curves.flatMap(({points}) => points);
	const names = Object.keys(looks).filter(name => all.some(({series}) => series === name));
	const top = Math.max(...all.map(({samplesMs}) => Math.max(...samplesMs))) / 1000 * 1.04;
	const panels = curves.map(({server, points}, index) => `<g transform="translate(${10 + index * panel.width}, ${head + 18})">
<text x="48" y="-2" font-size="13" font-weight="600" fill="var(--faint)">${server} servers</text>
<svg width="${panel.width}" height="${panel.height}" viewBox="0 0 ${panel.width} ${panel.height}" fill="currentColor" color="var(--ink)" font-size="12" text-anchor="middle">${drawPanel({points, unit, top})}</svg>
</g>`);
	const height = head + 18 + panel.height + 8;
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">
<title id="title">${escape(title)}</title>
<desc id="description">${escape(description)}</desc>
<style>${style}</style>
<rect width="${width}" height="${height}" rx="8" fill="var(--paper)"/>
<text x="24" y="28" font-size="16" font-weight="600" fill="var(--ink)">${escape(title)}</text>
${legend(names)}
${panels.join('\n')}
</svg>
`;
}

const titles = {
	tests: 'A run over the number of tests: 10 files over Chinook',
	files: 'A run over the number of files: 4 tests in each, over Chinook',
	tables: 'A run over the number of tables: 40 tests in 10 files',
	migrations: 'A run over the number of migrations: 4 tests in 1 file',
	workers: 'A run over the number of workers: 240 tests in 12 files over Chinook',
};

const {lines} = JSON.parse(readFileSync(results, 'utf8'));
mkdirSync(folder, {recursive: true});
for (const {line, measurements} of lines.filter(({line}) => line.startsWith('growth-'))) {
	const unit = line.slice('growth-'.length);
	const curves = measurements.filter(({points}) => points).map(({server, points}) => ({server, points}));
	if (curves.length > 0) {
		const description = measurements.filter(({points}) => points).map(({server, note}) => `On ${server} servers: ${note}.`).join(' ');
		const file = path.join(folder, `growth-${unit}.svg`);
		writeFileSync(file, drawFigure({title: titles[unit], description, unit, curves}));
		process.stderr.write(`${path.relative(process.cwd(), file)}\n`);
	}
}
