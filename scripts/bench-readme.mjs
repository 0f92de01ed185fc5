// Writes the benchmark's results, bench/results/latest.json, into the README; with --check, says whether they are there.
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
function peers() {
	const result = resultOf('peers');
	if (!result) {
		return missing('peers');
	}

	const order = ({what, figure}) => (what.startsWith('peers: dataflow-tdd') ? 0 : 1e9) + (figure?.value ?? 1e8);
	const rows = result.measurements.toSorted((a, b) => order(a) - order(b)).map(({what, server = 'in the worker', figure, ratio, note, details}) => [
		what.replace('peers: ', ''), note, server, figure ? `${(figure.value / 1000).toFixed(2)} s` : '-', times(ratio), times(details?.toWarm), times(details?.toStarting),
	]);
	return `${toTable(['200 tests in 10 files', 'set-up', 'server', 'took', 'to empty tests', 'to dataflow-tdd', 'to dataflow-tdd, servers to start'], rows)}\n\n${circumstances([result])}`;
}

function overhead() {
	const result = resultOf('monitor');
	return result ? result.measurements.filter(({ratio}) => ratio).map(({server, ratio, details}) =>
		`On ${server} servers, measuring every test makes this suite take ${times(ratio, 3)} the time (${details.pairs} pairs of runs, 95% between ${times(details.low, 3)} and ${times(details.high, 3)}; target 1.03x).`).join('\n') : missing('monitor');
}

const alts = {tests: 'number of tests', files: 'number of test files', tables: 'number of tables', migrations: 'number of migrations', workers: 'number of workers'};

function growth() {
	const drawn = Object.keys(alts).filter(unit => resultOf(`growth-${unit}`) && existsSync(path.join(root, 'docs', 'images', `growth-${unit}.svg`)));
	return drawn.length === 0 ? missing('growth') : drawn.map(unit => `![How long a run takes over the ${alts[unit]}](docs/images/growth-${unit}.svg)`).join('\n\n');
}

function headline() {
	const warm = resultOf('suite').measurements.find(({what, server}) => what === '200 tests, 10 files: warm' && server === 'embedded');
	return `200 tests on a real database take ${warm.ratio.toFixed(2)} times as long as 200 empty ones.`;
}

const file = path.join(root, 'README.md');
const before = readFileSync(file, 'utf8');
let text = before;
for (const [name, content] of Object.entries({headline: headline(), bench: `\n${budget()}\n`, peers: `\n${peers()}\n`, overhead: `\n${overhead()}\n`, growth: `\n${growth()}\n`})) {
	const place = new RegExp(`<!-- ${name} -->[^]*?<!-- /${name} -->`);
	if (!place.test(text)) {
		throw new Error(`the README has no place for ${name}`);
	}

	text = text.replace(place, () => `<!-- ${name} -->${content}<!-- /${name} -->`);
}

if (process.argv.includes('--check')) {
	process.exitCode = text === before ? 0 : 1;
	process.stdout.write(text === before ? 'the README shows the latest results\n' : 'the README shows other results than bench/results/latest.json: node scripts/bench-readme.mjs\n');
} else {
	writeFileSync(file, text);
}
