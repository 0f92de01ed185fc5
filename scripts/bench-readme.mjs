// Writes the results of the last full benchmark, bench/results/latest.json, into the README.
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const {takenAt, machine, runs, lines} = JSON.parse(readFileSync(path.join(root, 'bench', 'results', 'latest.json'), 'utf8'));
const show = quantity => quantity ? `${quantity.value.toFixed(quantity.value < 1 ? 3 : quantity.value < 10 ? 2 : quantity.value < 100 ? 1 : 0)} ${quantity.unit}` : '-';
const rows = lines.map(({what, server = '', figure, peer, ratio, target, verdict}) => [
	what, server, show(figure), peer ? `${show(peer)} ${peer.name}` : '', ratio === undefined ? '' : `${ratio.toFixed(2)}x`,
	target ? `<= ${target.limit}${target.of === 'ratio' ? 'x' : ` ${figure?.unit ?? ''}`}` : '', verdict ?? '',
]);
const toRow = cells => `| ${cells.join(' | ')} |`;
const table = [
	toRow(['line', 'server', 'figure', 'floor or peer', 'ratio', 'target', '']), toRow(Array.from({length: 7}, () => '---')), ...rows.map(cells => toRow(cells)),
	'', `Taken on ${takenAt.slice(0, 10)} with Node ${machine.node.slice(1)} on ${machine.processors} cores, ${runs} rounds, by \`npm run bench\`. Times vary with the machine; the ratios are`,
	'of figures taken in turn in one run.',
].join('\n');
const warm = lines.find(({what, server}) => what === '200 tests, 10 files: warm' && server === 'embedded');
const headline = `200 tests on a real database take ${warm.ratio.toFixed(1)} times as long as 200 empty ones.`;
const file = path.join(root, 'README.md');
const between = (text, name, content) => text.replace(new RegExp(`<!-- ${name} -->[^]*?<!-- /${name} -->`), `<!-- ${name} -->${content}<!-- /${name} -->`);
writeFileSync(file, between(between(readFileSync(file, 'utf8'), 'headline', headline), 'bench', `\n${table}\n`));
