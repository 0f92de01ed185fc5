import test from 'ava';
import type {Literal} from '#lib/data-safety/literals/literal.js';
import {readLiterals} from '#lib/data-safety/literals/read.js';

/** Literals with what the source has in their places, which shows that their offsets are right. */
async function read(file: string, source: string): Promise<Array<Partial<Literal> & {source: string}>> {
	const literals = await readLiterals(file, source);
	return literals.map(({text, offset, ...rest}) => ({text, source: source.slice(offset, offset + text.length), ...rest}));
}

const texts = async (file: string, source: string): Promise<string[]> => (await readLiterals(file, source)).map(({text}) => text);

for (const file of ['a.ts', 'a.js']) {
	test(`${file}: strings and templates keep the length of what they are in the source`, async t => {
		const source = 'f("a\\tb\\u{1F642}c", `x\\n${y + `in${z}`}é\\`${w}`, `${v}`, \'\', /no/, 1.5, ``);';
		t.deepEqual(await read(file, source), [
			{text: 'a  b         c', source: 'a\\tb\\u{1F642}c', isValue: false},
			{text: `x  ${'_'.repeat(15)}é  ____`, source: 'x\\n${y + `in${z}`}é\\`${w}', isValue: false},
			{text: 'in____', source: 'in${z}', isValue: false},
			{text: '____', source: '${v}', isValue: false},
			{text: '', source: '', isValue: false},
			{text: '', source: '', isValue: false},
		]);
	});
}

test('a literal is named for the property, variable or member that it is put into', async t => {
	const literals = await readLiterals('a.ts', `
		const a = 'in a';
		b.c = 'in c';
		f({d: 'in d', 'e-f': ['in e-f', g ? 'also in e-f' : (h as string) ?? ('and so')], i: j('not in i'), [k]: 'in k'});
		class L { m = 'in m'; }
		import n from 'not read';
		export * from 'not read';
		const o = await import('not read');
	`);
	t.deepEqual(literals.map(({name, text, isValue}) => [name, text, isValue]), [
		['a', 'in a', false], ['c', 'in c', false], ['d', 'in d', true], [undefined, 'e-f', false], ['e-f', 'in e-f', true], ['e-f', 'also in e-f', true],
		['e-f', 'and so', true], [undefined, 'not in i', false], ['k', 'in k', true], ['m', 'in m', true],
	]);
});

test('strings of SQL are those that PostgreSQL sees', async t => {
	const source = 'insert into a values (\'it\'\'s\', E\'x\\\'y\\n\', \'a\'\n \'b\', U&\'d\\0061t\', $q$in \'dollars\'$q$, N\'n\', "no", 1, b\'01\') -- \'no\'\n/* \'no\' */;\ncomment on table a is \'é🙂\';';
	t.deepEqual(await read('a.sql', source), [
		{text: 'it  s', source: 'it\'\'s', isValue: true},
		{text: 'x  y  ', source: 'x\\\'y\\n', isValue: true},
		{text: 'a    b', source: 'a\'\n \'b', isValue: true},
		{text: 'd     t', source: 'd\\0061t', isValue: true},
		{text: 'in \'dollars\'', source: 'in \'dollars\'', isValue: true},
		{text: 'n', source: 'n', isValue: true},
		{text: 'é🙂', source: 'é🙂', isValue: false},
	]);
});

test('rows of COPY are read by field, each named for its column', async t => {
	const source = '-- é🙂\nselect 1; copy "T" (id, "e-mail") from stdin;\n1\ta\\tb\n2\t\\N\n\\.\ncopy t from stdin with (format csv);\n"x ""y"", z",b\r\nc,\n\\.\nselect \'end\';\n';
	t.deepEqual(await read('a.sql', source), [
		{text: '1', source: '1', name: 'id', isValue: true, ruledBy: 2},
		{text: 'a  b', source: 'a\\tb', name: 'e-mail', isValue: true, ruledBy: 2},
		{text: '2', source: '2', name: 'id', isValue: true, ruledBy: 2},
		{text: '  ', source: '\\N', name: 'e-mail', isValue: true, ruledBy: 2},
		{text: 'x   y  , z', source: 'x ""y"", z', isValue: true, ruledBy: 6},
		{text: 'b', source: 'b', isValue: true, ruledBy: 6},
		{text: 'c', source: 'c', isValue: true, ruledBy: 6},
		{text: 'end', source: 'end', isValue: true},
	]);
});

test('fields of COPY are split at its own separator', async t => {
	t.deepEqual(await texts('a.sql', 'copy t (a, b) from stdin with (delimiter \'|\');\n1|x\ty\n\\.\n'), ['1', 'x\ty']);
	t.deepEqual(await texts('a.sql', 'copy t (a, b) from stdin (format csv, delimiter E\'\\t\');\n"1"\t"x,y"\n\\.\n'), ['1', 'x,y']);
	t.deepEqual(await texts('a.sql', 'copy t (a, b) from stdin csv;\n"a,b",c\n\\.\n'), ['a,b', 'c']);
});

test('a file that cannot be read is refused with the reason', async t => {
	await t.throwsAsync(async () => readLiterals('a.ts', 'const = 1;'), {instanceOf: SyntaxError});
	await t.throwsAsync(async () => readLiterals('a.sql', 'select \'x'), {code: 'ERR_TEMPLATE_SQL'});
});
