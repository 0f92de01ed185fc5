import {cp, mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {checkTestData, type TestDataOptions} from '#lib/data-safety/check-test-data.js';
import type {TestDataFinding, TestDataReport} from '#lib/data-safety/finding.js';
import {folderFor} from '../helpers/folder.ts';
import {borders} from './fixtures/borders.ts';
import {planted} from './fixtures/expected.ts';
import {address, cologne, ip, london, phone, quads, sameValues, templates} from './fixtures/somebody.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const fixtures = path.join(import.meta.dirname, 'fixtures');

/** Checks files that are made for it. */
async function check(t: ExecutionContext, files: Readonly<Record<string, string>>, options: Partial<TestDataOptions> = {}): Promise<TestDataReport> {
	const root = await folderFor(t);
	for (const [file, text] of Object.entries(files)) {
		await mkdir(path.dirname(path.join(root, file)), {recursive: true});
		await writeFile(path.join(root, file), text);
	}

	return checkTestData({root, ...options});
}

/** A module with each value as the property of a row, in a line of its own. */
const rows = (values: readonly string[]): string => values.map(value => `row({value: ${JSON.stringify(value)}});`).join('\n');

const shown = ({findings}: TestDataReport): string[] => findings.map(({line, column, kind, value}) => `${line}:${column} ${kind} ${value}`);

const placesOf = (findings: readonly TestDataFinding[]): string[] => findings.map(({file, line, column}) => `${file}:${line}:${column}`);

test('each planted value is found, in the order of files and lines, with its replacement', async t => {
	const {findings, files, unread} = await checkTestData({root: path.join(fixtures, 'planted')});
	t.deepEqual(findings.map(({file, kind, value, replacement}) => ({file, kind, value, replacement})),
		planted.map(({file, kind, written, shown = written, replacement}) => ({file, kind, value: shown, replacement})));
	t.is(files, 2);
	t.deepEqual(unread, []);
});

test('line and column are those of the value, counted in characters', async t => {
	const {findings} = await checkTestData({root: path.join(fixtures, 'planted')});
	const lines = new Map<string, string[]>();
	for (const {file} of planted) {
		lines.set(file, (await readFile(path.join(fixtures, 'planted', file), 'utf8')).split('\n'));
	}

	t.deepEqual(findings.map(({file, line, column}, index) => Array.from(lines.get(file)![line - 1]!).slice(column - 1).join('').startsWith(planted[index]!.written)), planted.map(() => true));
	// An emoji is two units of a string, and one character.
	t.is(findings.find(({value}) => value === address('john.smith'))?.column, 23);
	t.deepEqual(placesOf(findings).slice(0, 2), ['seeds/people.sql:4:16', 'seeds/people.sql:4:35']);
});

test('each finding names the standard or the authority that keeps other values free', async t => {
	const {findings} = await checkTestData({root: path.join(fixtures, 'planted')});
	const names: Readonly<Record<string, RegExp>> = {
		email: /gmail\.com is|RFC 2606 and RFC 6761/, domain: /acme-corp\.com is .*RFC 2606/, ssn: /SSA/, card: /ISO\/IEC 7812/, iban: /ISO 13616/,
		ipv4: /RFC 5737/, ipv6: /RFC 3849 .*RFC 9637/, mac: /RFC 9542/, phone: /NANPA|Ofcom|Bundesnetzagentur|Arcep|\+81/,
	};
	for (const {kind, why} of findings) {
		t.regex(why, names[kind]!);
	}

	t.deepEqual([...new Set(findings.map(({kind}) => kind))].toSorted(), Object.keys(names).toSorted());
});

test('numbers of cards, accounts and persons are nowhere shown whole', async t => {
	const report = JSON.stringify(await checkTestData({root: path.join(fixtures, 'planted')}));
	for (const {written, shown} of planted) {
		t.is(report.includes(written), shown === undefined, written);
	}
});

test('data with the replacements in it passes, and what was unique is unique', async t => {
	const root = await folderFor(t);
	await cp(path.join(fixtures, 'planted'), root, {recursive: true});
	const {findings} = await checkTestData({root});
	for (const file of new Set(findings.map(finding => finding.file))) {
		const lines = (await readFile(path.join(root, file), 'utf8')).split('\n').map(line => Array.from(line));
		for (const {line, column, value, replacement} of findings.filter(finding => finding.file === file).toReversed()) {
			lines[line - 1]!.splice(column - 1, value.length, replacement);
		}

		await writeFile(path.join(root, file), lines.map(line => line.join('')).join('\n'));
	}

	t.deepEqual((await checkTestData({root})).findings, []);
	// One value may be written in several ways: in groups, in capitals, with and without a country code.
	const keyOf = (text: string) => text.toLowerCase().replaceAll(/[ ().-]/g, '');
	const pairs = new Set(planted.map(({written, replacement}) => `${keyOf(written)} ${keyOf(replacement)}`));
	t.is(pairs.size, new Set(planted.map(({written}) => keyOf(written))).size, 'a value has two replacements');
	t.is(pairs.size, new Set(planted.map(({replacement}) => keyOf(replacement))).size, 'two values share a replacement');
});

test('replacements are the same each time', async t => {
	const root = path.join(fixtures, 'planted');
	t.deepEqual(await checkTestData({root}), await checkTestData({root}));
});

test('hundreds of values have a replacement each, also where a standard keeps fewer', async t => {
	const emails = Array.from({length: 50}, (_, index) => `ada@${String.fromCodePoint(97 + index % 26)}${index}.com`);
	const addresses = Array.from({length: 900}, (_, index) => `93.184.${index >> 8}.${index & 255}`);
	const macs = Array.from({length: 300}, (_, index) => `00:1b:44:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`);
	const phones = Array.from({length: 1700}, (_, index) => `212-556-${String(index).padStart(4, '0')}`);
	const {findings} = await check(t, {'tests/many.ts': rows([...emails, ...addresses, ...macs, ...phones])});
	t.is(findings.length, 50 + 900 + 300 + 1700);
	t.is(new Set(findings.map(({replacement}) => replacement)).size, findings.length);
	const again = await check(t, {'tests/many.ts': rows(findings.map(({replacement}) => replacement))});
	t.deepEqual(again.findings, []);
});

test('a replacement is none that the data has already, in whatever file', async t => {
	const {findings} = await check(t, {'seeds/a.ts': rows([address('ada')]), 'tests/z.ts': rows(['ADA@example.com', 'ada@example.org'])});
	t.deepEqual(findings.map(({replacement}) => replacement), ['ada@example.net']);
});

test('a value has one replacement, however it is written', async t => {
	for (const replacements of sameValues) {
		const {findings} = await check(t, {'tests/a.ts': rows(Object.keys(replacements))});
		t.deepEqual(findings.map(({replacement}) => replacement), Object.values(replacements));
	}
});

for (const [kind, {free, somebodys}] of Object.entries(borders)) {
	test(`${kind}: what a standard keeps free is silent to its borders, and told beyond them`, async t => {
		const {findings} = await check(t, {'tests/free.ts': rows(free), 'tests/somebodys.ts': rows(somebodys)});
		t.deepEqual(findings.filter(({file}) => file === 'tests/free.ts'), []);
		const found = findings.filter(finding => finding.kind === kind).map(({line}) => somebodys[line - 1]);
		t.deepEqual(somebodys.filter(value => !found.includes(value)), []);
		t.is(findings.length, somebodys.length);
	});
}

test('what only looks like a value is none', async t => {
	const {findings, files, unread} = await checkTestData({root: path.join(fixtures, 'safe'), files: ['.']});
	t.deepEqual(findings, []);
	t.deepEqual(unread, []);
	t.is(files, 2);
});

test('the data of this repository is nobody\'s', async t => {
	const {findings, files, unread} = await checkTestData({root: repository});
	t.deepEqual(findings, []);
	t.deepEqual(unread, []);
	t.true(files > 100);
});

test('a number with four parts is an address where it is called one, and a version where it is called that', async t => {
	const report = await check(t, {'tests/a.ts': quads});
	t.deepEqual(shown(report), ['1:26 ipv4 1.2.3.4', '3:31 ipv4 1.2.3.4', '3:45 ipv4 1.2.3.0', '3:66 ipv4 1.2.3.4', '4:24 ipv4 5.6.7.8']);
	t.is(report.findings[2]?.replacement, '192.0.2.0', 'a network stays one');
});

test('nine digits are a social security number where they are called one', async t => {
	const digits = ['321', '54', '9876'].join('');
	t.deepEqual(shown(await check(t, {'seeds/a.ts': `row({ssn: '${digits}'});\nrow({socialSecurityNumber: '${digits}'});\nrow({number: '${digits}', security: '${digits}'});\nrow({ssn: '000${digits.slice(3)}'});`})),
		['1:12 ssn *****9876', '2:29 ssn *****9876']);
});

test('JSON is read as rows, each string named for its property', async t => {
	const someone = address('ann');
	const report = await check(t, {
		'seeds/people.json': `{\n\t"users": [\n\t\t{"email": "${someone}", "ssn": "321549876", "site": "https://acme.com", "version": "1.2.3.4"}\n\t],\n\t"$schema": "https://acme.com/x.json"\n}\n`,
		'seeds/safe.json': '[{"email": "ann@example.com", "note": "caf\\u00e9"}, null, 1.5]',
		'seeds/broken.json': '{"email": ',
		'tests/package.json': '{"homepage": "https://acme.com"}',
	});
	t.deepEqual(shown(report), [`3:14 email ${someone}`, `3:${25 + someone.length} ssn *****9876`, `3:${54 + someone.length} domain acme.com`]);
	t.is(report.files, 2);
	t.deepEqual(report.unread.map(({file}) => file), ['seeds/broken.json']);
});

test('a card without a right check digit is one where it is called so, unless it was made from a number for tests', async t => {
	const luhnless = ['4539', '5787', '6362', '1487'].join('-');
	const report = await check(t, {'tests/a.ts': `export default {card_number: '${luhnless}', sku: '${luhnless}', creditCard: '4242-4242-4242-4241'};`});
	t.deepEqual(shown(report), ['1:31 card ****-****-****-1487']);
});

test('addresses of the web are told in rows, not in calls, messages and comments', async t => {
	const url = `https://${['acme', 'com'].join('.')}/x`;
	const report = await check(t, {
		'tests/a.ts': `// ${url}\nvisit('${url}');\nexport const link = '${url}';\nexport const row = {link: '${url}', note: 'see ${url}', $schema: '${url}'};\n`,
		'seeds/a.sql': `comment on table a is '${url}';\ninsert into a values ('${url}');\n`,
	});
	t.deepEqual(shown(report), ['2:32 domain acme.com', '4:36 domain acme.com']);
});

test('a comment lets the kinds that it names stand in its line, or in the next', async t => {
	const ada = address('ada');
	const report = await check(t, {
		'tests/a.ts': [
			`export const a = '${ada} ${phone}'; // dataflow-tdd-allow email: our own`,
			`export const z = '${ada}';`,
			'// dataflow-tdd-allow email, phone',
			`export const b = '${ada} ${phone}';`,
			`export const c = '${ada}'; // dataflow-tdd-allow phone`,
			`export const d = '${ada}'; // dataflow-tdd-allow`,
		].join('\n'),
		'seeds/a.sql': `insert into a values ('${ada}'); -- dataflow-tdd-allow email\n-- dataflow-tdd-allow email\ncopy a (x, y) from stdin;\n${ada}\t${phone}\n\\.\n`,
	});
	t.deepEqual(shown(report), [`4:15 phone ${phone}`, `1:33 phone ${phone}`, `2:19 email ${ada}`, `5:19 email ${ada}`, `6:19 email ${ada}`]);
});

test('patterns let values stand, and their replacements are not needed', async t => {
	const values = [address('ada', 'acme.com'), address('ADA', 'ACME.COM'), address('ada', 'notacme.com'), ip];
	const report = await check(t, {'tests/a.ts': rows(values)}, {allow: ['*@acme.com', /^93\.184\./]});
	t.deepEqual(report.findings.map(({value}) => value), [values[2]]);
});

test('telephone numbers without a country code are read as the countries\' that are given', async t => {
	const files = {'tests/a.ts': rows([cologne, phone, london])};
	t.deepEqual((await check(t, files, {countries: ['DE']})).findings.map(({value}) => value), [cologne]);
	t.deepEqual((await check(t, files)).findings.map(({value}) => value), [phone, london]);
});

test('files that cannot be read are told of, not passed', async t => {
	const {findings, files, unread} = await check(t, {'tests/a.ts': 'const = ;', 'seeds/b.sql': 'insert into a values (\'x', 'tests/c.ts': rows([address('ada')])});
	t.deepEqual(unread.map(({file}) => file), ['seeds/b.sql', 'tests/a.ts']);
	t.regex(unread[0]!.why, /seeds\/b\.sql:1:/);
	t.deepEqual(placesOf(findings), ['tests/c.ts:1:14']);
	t.is(files, 1);
});

test('folders, files and patterns can be given; fixtures and packages are left out unless asked for', async t => {
	const text = rows([address('ada')]);
	const files = {
		'tests/a.test.ts': text, 'tests/fixtures/b.ts': text, 'src/c.spec.mjs': text, 'src/d.ts': text, 'seeds/e.sql': `select '${address('ada')}';`, 'tests/node_modules/f/f.test.js': text, 'tests/g.d.ts': text, 'tests/h.md': text, 'dist/a.test.js': text,
	};
	const filesOf = async (patterns?: readonly string[]) => (await check(t, files, patterns && {files: patterns})).findings.map(({file}) => file);
	t.deepEqual(await filesOf(), ['seeds/e.sql', 'src/c.spec.mjs', 'tests/a.test.ts']);
	t.deepEqual(await filesOf(['src']), ['src/c.spec.mjs', 'src/d.ts']);
	t.deepEqual(await filesOf(['tests/fixtures/b.ts', 'src/*.ts']), ['src/d.ts', 'tests/fixtures/b.ts']);
});

test('JavaScript and TypeScript, Windows line ends and byte order marks are read alike', async t => {
	const {findings} = await check(t, {'tests/a.js': templates, 'tests/a.cjs': templates.replace('export ', ''), 'tests/a.mts': templates, 'tests/a.tsx': templates});
	t.deepEqual(new Set(findings.map(({line, column, value}) => `${line}:${column} ${value}`)), new Set([`3:3 ${address('ada')}`, `3:26 ${address('bob')}`, `3:42 ${address('eve')}`]));
	t.is(findings.length, 4 * 3);
});
