// Computes what a suite costs on many machines, and writes it into docs/costs.md; with --check, says whether it stands there. With
// figures of one's own it only prints: node scripts/costs.mjs --tests 10000 --migrations 300 --runners 50 --price 0.006
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {parseArgs} from 'node:util';

const root = path.dirname(import.meta.dirname);
const read = name => JSON.parse(readFileSync(path.join(root, 'bench', 'results', name), 'utf8')).lines;
const [latest, costs] = [read('latest.json'), read('costs.json')];
const defaults = {tests: '10000', migrations: '300', runners: '50', price: '0.006', 'per-file': '20', 'body-ms': '0', 'fixed-s': '30', 'mbit': '200', 'migration-ms': '', server: 'embedded'};
const {values} = parseArgs({options: {...Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, {type: 'string', default: value}])), check: {type: 'boolean', default: false}}});
const isOwn = Object.entries(defaults).some(([name, value]) => values[name] !== value);

/** The straight line through the fastest run of each size: on a machine that others use, too, noise only adds. */
function fit(points) {
	const mean = pick => points.reduce((sum, point) => sum + pick(point), 0) / points.length;
	const [x0, y0] = [mean(({x}) => x), mean(({y}) => y)];
	const each = points.reduce((sum, {x, y}) => sum + (x - x0) * (y - y0), 0) / points.reduce((sum, {x}) => sum + (x - x0) ** 2, 0);
	return {each, zero: y0 - each * x0};
}

function curve(lines, line, {series, server}) {
	const {points} = lines.find(result => result.line === line).measurements.find(measurement => measurement.server === server && measurement.points);
	return fit(points.filter(point => point.series === series).map(({x, samplesMs}) => ({x, y: Math.min(...samplesMs)})));
}

const figure = (lines, what, server) => lines.flatMap(({measurements}) => measurements).find(measurement => measurement.what === what && (server === undefined || measurement.server === server)).figure.value;

/** What was measured, in ms and MB. */
function measured(server) {
	const tests = curve(latest, 'growth-tests', {series: 'dataflow-tdd', server});
	const files = curve(latest, 'growth-files', {series: 'dataflow-tdd', server});
	return {
		testMs: tests.each, fileMs: files.each - 4 * tests.each, runMs: files.zero,
		startMs: figure(latest, '200 tests, 10 files: servers to start', server) - figure(latest, '200 tests, 10 files: warm', server),
		template: curve(costs, 'costs', {series: 'template from nothing', server}), byHand: curve(costs, 'costs', {series: 'migrated by hand', server}),
		truncate: curve(costs, 'costs', {series: 'truncate, for a test', server}),
		containerMs: figure(latest, 'server from nothing to first query', 'container'), archiveMb: figure(costs, 'costs: snapshot as .tar.gz'), unpackMs: Math.min(...costs.flatMap(({measurements}) => measurements).find(({what}) => what === 'costs: unpacking the snapshot').details.samplesMs),
	};
}

/** Seconds of one runner by each way. */
function ways(input) {
	const number = name => Number(input[name]);
	const m = measured(input.server);
	const tests = Math.ceil(number('tests') / number('runners'));
	const files = Math.ceil(tests / number('per-file'));
	const migrateMs = input['migration-ms'] === '' ? m.byHand.zero + m.byHand.each * number('migrations') : number('migration-ms') * number('migrations');
	const buildMs = m.template.zero + (input['migration-ms'] === '' ? m.template.each : number('migration-ms')) * number('migrations');
	const suite = m.runMs + files * m.fileMs + tests * (m.testMs + number('body-ms'));
	const moveMs = m.archiveMb * 8 / number('mbit') * 1000 + m.unpackMs;
	const ms = {
		'(a) each runner builds its template': m.startMs + buildMs + suite,
		'(b) each runner gets a snapshot': m.startMs + moveMs + suite,
		'(c) a container and all migrations in each test file': suite + files * (m.containerMs + migrateMs),
		'(d) one database a runner, TRUNCATE after each test': suite + migrateMs + m.startMs + tests * (m.truncate.zero + m.truncate.each * number('migrations')),
	};
	return Object.entries(ms).map(([name, value]) => {
		const seconds = value / 1000;
		const minutes = Math.ceil((seconds + number('fixed-s')) / 60);
		return {name, seconds, minutes, all: minutes * number('runners'), money: minutes * number('runners') * number('price'), work: seconds * number('runners') / 60};
	});
}

const table = (headings, rows) => [headings, headings.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
const results = input => table(['way', 'a runner works', 'of all runners, unrounded', 'billed for each', 'billed in all', 'a run costs'],
	ways(input).map(({name, seconds, work, minutes, all, money}) => [name, `${seconds.toFixed(1)} s`, `${work.toFixed(1)} min`, `${minutes} min`, `${all} min`, `$${money.toFixed(2)}`]));

function inputs(input) {
	const m = measured(input.server);
	const number = value => value.toFixed(value < 10 ? 2 : 0);
	return table(['figure', 'value', 'from'], [
		['a test', `${number(m.testMs)} ms`, '`growth-tests`, slope'], ['a file', `${number(m.fileMs)} ms`, '`growth-files`, slope without its four tests'], ['a run', `${number(m.runMs)} ms`, '`growth-files`, at no files'],
		['servers to start', `${number(m.startMs)} ms`, '`suite`: servers to start, less warm'],
		['a template from nothing', `${number(m.template.zero)} ms + ${number(m.template.each)} ms a migration`, '`costs`'], ['migrations by hand', `${number(m.byHand.zero)} ms + ${number(m.byHand.each)} ms a migration`, '`costs`'],
		['TRUNCATE of all tables', `${number(m.truncate.zero)} ms + ${number(m.truncate.each)} ms a migration`, '`costs`; six migrations make a table'],
		['a container from nothing', `${number(m.containerMs)} ms`, '`server`'], ['a snapshot as a file', `${number(m.archiveMb)} MB, ${number(m.unpackMs)} ms to unpack`, '`costs`, 300 migrations'],
	]);
}

const what = table(['changed', 'a: builds', 'b: snapshot', 'c: each file', 'd: TRUNCATE', 'b saves to a, in a run'], [
	['nothing', {}], ['1 migration', {migrations: '1'}], ['100 ms a migration (backfills, extensions)', {'migration-ms': '100'}], ['500 ms a migration', {'migration-ms': '500'}], ['200 ms in each test\'s own body', {'body-ms': '200'}],
	['10 runners', {runners: '10'}], ['1 runner', {runners: '1'}], ['100,000 tests', {tests: '100000'}],
].map(([name, change]) => {
	const found = ways({...defaults, ...change});
	return [name, ...found.map(({seconds, money}) => `${seconds.toFixed(0)} s, $${money.toFixed(2)}`), `$${(found[0].money - found[1].money).toFixed(2)}`];
}));

if (isOwn) {
	process.stdout.write(`${inputs(values)}\n\n${results(values)}\n`);
} else {
	const file = path.join(root, 'docs', 'costs.md');
	const before = readFileSync(file, 'utf8');
	const text = Object.entries({inputs: inputs(defaults), results: results(defaults), changes: what}).reduce((page, [name, content]) => page.replace(new RegExp(`<!-- ${name} -->[^]*?<!-- /${name} -->`), () => `<!-- ${name} -->\n${content}\n<!-- /${name} -->`), before);
	if (values.check) {
		process.exitCode = text === before ? 0 : 1;
		process.stdout.write(text === before ? 'docs/costs.md shows what the measured figures come to\n' : 'docs/costs.md shows other figures than bench/results/ come to: node scripts/costs.mjs\n');
	} else {
		writeFileSync(file, text);
	}
}
