// Lists the licences of all that is installed with the package or bundled into it, from package-lock.json, in docs/licenses.md; `--check`
// says where that is out of date. A licence that nobody has looked at is refused either way.
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const root = path.dirname(import.meta.dirname);
const file = path.join(root, 'docs', 'licenses.md');
const allowed = new Set(['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT', 'MIT-0', 'PostgreSQL', 'Python-2.0', 'Unlicense']);
/** What scripts/build.mjs puts into the script of the HTML report. */
const bundled = new Set(['chart.js', '@kurkle/color']);
/** Those whose manifest names its licence in a form that npm does not read; read by hand, for this version alone. */
const readByHand = {'buildcheck@0.0.7': 'MIT', 'cpu-features@0.0.10': 'MIT', 'ssh2@1.17.0': 'MIT'};
const {packages} = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));

const nameOf = place => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
// A peer is the project's own, but is there whenever the package is.
const entries = Object.entries(packages)
	.filter(([place, {dev}]) => place !== '' && (!dev || bundled.has(nameOf(place))))
	.map(([place, {version, license}]) => ({name: nameOf(place), version, license: license ?? readByHand[`${nameOf(place)}@${version}`]}));
const isAllowed = license => license !== undefined && license.replace(/^\((.*)\)$/, '$1').split(/ or /i).some(choice => choice.split(/ and /i).every(part => allowed.has(part)));
const refused = entries.filter(({license}) => !isAllowed(license));

const lines = [...new Set(entries.map(({name, version, license}) => `| ${name} | ${version} | ${license} |`))].toSorted();
const text = `# Licences

dataflow-tdd is under the MIT licence. Below is all that is installed with it on some platform, peers included, and what is bundled into the HTML
report (${[...bundled].join(', ')}, whose texts stand in that file). Written by \`node scripts/licenses.mjs\` from package-lock.json; CI refuses a licence
other than ${[...allowed].join(', ')}.

| package | version | licence |
|---|---|---|
${lines.join('\n')}
`;

for (const {name, version, license} of refused) {
	console.error(`${name}@${version} is under ${license ?? 'no licence that it names'}, which is not among those that scripts/licenses.mjs allows.`);
}

let before = '';
try {
	before = readFileSync(file, 'utf8');
} catch {}

const isOutdated = process.argv.includes('--check') && before !== text;
if (isOutdated) {
	console.error('docs/licenses.md is out of date: node scripts/licenses.mjs writes it.');
} else if (!process.argv.includes('--check')) {
	writeFileSync(file, text);
}

process.exitCode = refused.length > 0 || isOutdated ? 1 : 0;
