// Writes the benchmark's results, bench/results/latest.json, into the README and docs/benchmarks.md; with --check, says whether they are there.
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const root = path.dirname(import.meta.dirname);
const {lines} = JSON.parse(readFileSync(path.join(root, 'bench', 'results', 'latest.json'), 'utf8'));
const resultOf = name => lines.find(({line}) => line === name);
const show = quantity => quantity ? `${quantity.value.toFixed(quantity.value < 1 ? 3 : quantity.value < 10 ? 2 : quantity.value < 100 ? 1 : 0)} ${quantity.unit}` : '-';
const times = (ratio, digits = 2) => ratio === undefined ? '' : `${ratio.toFixed(digits)}x`;
const toRow = cells => `| ${cells.join(' | ')} |`;
const toTable = (headings, rows) => [headings, headings.map(() => '---'), ...rows].map(cells => toRow(cells)).join('\n');
const missing = name => `Not measured yet: \`node bench/main.ts --only ${name} --keep\`.`;

function circumstances(results) {
	const days = [...new Set(results.map(({takenAt}) => takenAt.slice(0, 10)))].toSorted((a, b) => a.localeCompare(b));
	const {machine} = results[0];
	const rounds = [...new Set(results.map(({runs}) => runs))].toSorted((a, b) => a - b);
	return `Taken on ${days.join(' and ')} with Node ${machine.node.slice(1)} on ${machine.processors} cores, ${rounds.join(' or ')} rounds.`;
}

/** The lines with targets, on each kind of server. */
function budget() {
	const results = lines.filter(({line}) => line !== 'peers' && line !== 'monitor' && !line.startsWith('growth-'));
	const rows = results.flatMap(({measurements}) => measurements).map(({what, server = '', figure, peer, ratio, target, verdict}) => [
		what, server, show(figure), peer ? `${show(peer)} ${peer.name}` : '', times(ratio),
		target ? `<= ${target.limit}${target.of === 'ratio' ? 'x' : ` ${figure?.unit ?? ''}`}` : '', verdict ?? '',
	]);
	return `${toTable(['line', 'server', 'figure', 'floor or peer', 'ratio', 'target', ''], rows)}\n\n${circumstances(results)} Times vary with the machine;\nthe ratios are of figures taken in turn in one run.`;
}

/** What a user could have picked instead, the fastest first. */
function sortedPeers({measurements}) {
	const order = ({what, figure}) => (what.startsWith('peers: dataflow-tdd') ? 0 : 1e9) + (figure?.value ?? 1e8);
	return measurements.toSorted((a, b) => order(a) - order(b)).map(({what, server = 'in the worker', figure, ...rest}) => (
		{name: what.replace('peers: ', ''), server, took: figure ? `${(figure.value / 1000).toFixed(2)} s` : '-', ...rest}));
}

function peers() {
	const result = resultOf('peers');
	if (!result) {
		return missing('peers');
	}

	const rows = sortedPeers(result).map(({name, server, took, ratio, note, details}) => [name, note, server, took, times(ratio), times(details?.toWarm), times(details?.toStarting)]);
	return `${toTable(['200 tests in 10 files', 'set-up', 'server', 'took', 'to empty tests', 'to dataflow-tdd', 'to dataflow-tdd, servers to start'], rows)}\n\n${circumstances([result])}`;
}

/** The same, as short as the README has it: one line for each, on both kinds of server. */
function peersInShort() {
	const result = resultOf('peers');
	if (!result) {
		return missing('peers');
	}

	const byName = Map.groupBy(sortedPeers(result), ({name}) => name);
	const cell = (rows, wanted) => rows.filter(({server}) => server === wanted).map(({took, details}) => `${took}, ${times(details?.toWarm)}`).join('');
	const rows = [...byName].map(([name, found]) => [name === 'dataflow-tdd' ? `${name}, servers up from the run before` : name, cell(found, 'embedded') || cell(found, 'in the worker'), cell(found, 'container')]);
	return `${toTable(['200 tests in 10 files', 'embedded', 'container'], rows)}\n\n${circumstances([result])} The factors are to the first line.`;
}

function overhead() {
	const result = resultOf('monitor');
	return result ? result.measurements.filter(({ratio}) => ratio).map(({server, ratio, details}) =>
		`On ${server} servers, measuring every test makes this suite take ${times(ratio, 3)} the time (${details.pairs} pairs of runs, 95% between ${times(details.low, 3)} and ${times(details.high, 3)}; target 1.03x).`).join('\n') : missing('monitor');
}

const alts = {tests: 'number of tests', files: 'number of test files', tables: 'number of tables', migrations: 'number of migrations', workers: 'number of workers'};

function growth() {
	const drawn = Object.keys(alts).filter(unit => resultOf(`growth-${unit}`) && existsSync(path.join(root, 'docs', 'images', `growth-${unit}.svg`)));
	return drawn.length === 0 ? missing('growth') : drawn.map(unit => `![How long a run takes over the ${alts[unit]}](images/growth-${unit}.svg)`).join('\n\n');
}

function headline() {
	const warm = resultOf('suite').measurements.find(({what, server}) => what === '200 tests, 10 files: warm' && server === 'embedded');
	return `200 tests on a real database take ${warm.ratio.toFixed(2)} times as long as 200 empty ones.`;
}

const pages = {
	'README.md': {headline: headline(), peers: `\n${peersInShort()}\n`},
	'docs/benchmarks.md': {bench: `\n${budget()}\n`, 'peers-all': `\n${peers()}\n`, overhead: `\n${overhead()}\n`, growth: `\n${growth()}\n`},
};
const stale = [];
for (const [page, places] of Object.entries(pages)) {
	const file = path.join(root, page);
	const before = readFileSync(file, 'utf8');
	let text = before;
	for (const [name, content] of Object.entries(places)) {
		const place = new RegExp(`<!-- ${name} -->[^]*?<!-- /${name} -->`);
		if (!place.test(text)) {
			throw new Error(`${page} has no place for ${name}`);
		}

		text = text.replace(place, () => `<!-- ${name} -->${content}<!-- /${name} -->`);
	}

	if (text !== before) {
		stale.push(page);
	}

	if (!process.argv.includes('--check')) {
		writeFileSync(file, text);
	}
}

if (process.argv.includes('--check')) {
	process.exitCode = stale.length > 0 ? 1 : 0;
	process.stdout.write(stale.length > 0 ? `${stale.join(' and ')}: other results than in bench/results/latest.json; node scripts/bench-readme.mjs writes them\n` : 'README.md and docs/benchmarks.md show the latest results\n');
}
