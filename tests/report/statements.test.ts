import test from 'ava';
import {groupStatements, loadIdentify} from '#lib/report/statements.js';
import {tablesOf} from '#lib/report/tables.js';
import type {StatementUse} from '#lib/monitor/records.js';
import {sampleFile, sampleTest} from './sample-run.ts';

const use = (statement: number, given: Partial<StatementUse> = {}): StatementUse => ({statement, count: 1, totalMs: 1, maxMs: 1, rows: 1, errors: 0, ...given});

test('statements that differ in their values, or in the lengths of their lists, are one', async t => {
	const identify = await loadIdentify();
	const of = (text: string) => identify({text}).fingerprint;
	const same = [
		['select * from users where id in ($1, $2)', 'select * from users where id in ($1)', 'select * from "users" where id in (1, 2, 3)', 'SELECT  * FROM users -- all\n WHERE id IN ($1)'],
		['insert into "users" ("name") values ($1)', 'insert into "users" ("name") values ($1), ($2)'],
		[`select 'a'`, `select 'b'`],
	];
	for (const texts of same) {
		t.is(new Set(texts.map(text => of(text))).size, 1, texts[0]);
	}

	const different = ['select * from users', 'select * from orders', 'select id from users', 'update users set id = $1', 'delete from users'];
	t.is(new Set(different.map(text => of(text))).size, different.length);
	t.regex(of('select 1'), /^[\da-f]{16}$/);
});

test('constants do not reach the text of a group', async t => {
	const identify = await loadIdentify();
	t.is(identify({text: ` select * from users where email = 'ada@example.com' and age > 30 ` }).text, 'select * from users where email = $1 and age > $2');
});

test('what PostgreSQL cannot parse is a group of its own', async t => {
	const identify = await loadIdentify();
	t.deepEqual(identify({text: 'selec 1'}), {fingerprint: 'selec 1', text: 'selec 1', tables: []});
	t.deepEqual(identify({text: ''}), {fingerprint: '', text: '', tables: []});
});

test('tables are those that a statement reads or writes, wherever it names them', async t => {
	await loadIdentify();
	t.deepEqual(tablesOf('with recent as (select * from audit.entries) insert into "Orders" select * from recent join users using (id) where exists (select from items)'), ['Orders', 'audit.entries', 'items', 'users']);
	t.deepEqual(tablesOf('update a set x = b.y from b where a.id = b.id'), ['a', 'b']);
	t.deepEqual(tablesOf('with q as (select 1) select * from other.q'), ['other.q'], 'a table of another schema is no common table expression');
	t.deepEqual(tablesOf('select 1; truncate c, d'), ['c', 'd']);
	t.deepEqual(tablesOf('begin'), []);
});

test('groups add up over tests and files, and name the tests', async t => {
	const files = [
		sampleFile('a.test.ts', [
			sampleTest({title: 'one', statements: [use(0, {count: 3, totalMs: 6, maxMs: 4, rows: 30}), use(1, {totalMs: 1, errors: 1, rows: 0})]}),
			sampleTest({title: 'two', statements: [use(0, {totalMs: 9, maxMs: 9})]}),
		], {statements: [{text: 'select * from users where id in ($1, $2)', tables: ['users']}, {text: 'selec'}]}),
		sampleFile('b.test.ts', [sampleTest({title: 'one', statements: [use(0, {totalMs: 2, maxMs: 2}), use(1, {totalMs: 3, maxMs: 3})]})], {
			statements: [{text: 'select * from users where id in ($1)', tables: ['users']}, {text: 'select * from users where id in (1)'}],
		}),
	];
	const [users, broken, ...rest] = await groupStatements(files);
	t.deepEqual(rest, []);
	t.like(users, {text: 'select * from users where id in ($1, $2)', tables: ['users'], count: 6, totalMs: 20, maxMs: 9, rows: 33, errors: 0});
	t.is(users!.meanMs, 20 / 6);
	t.deepEqual(users!.tests, [
		{file: 'a.test.ts', title: 'two', count: 1, totalMs: 9, maxMs: 9, rows: 1},
		{file: 'a.test.ts', title: 'one', count: 3, totalMs: 6, maxMs: 4, rows: 30},
		{file: 'b.test.ts', title: 'one', count: 2, totalMs: 5, maxMs: 3, rows: 2},
	]);
	t.like(broken, {text: 'selec', count: 1, errors: 1, rows: 0});
});

test('partitions are one statement, and all of them are named', async t => {
	const texts = ['select * from events_2026_10', 'select * from events_2026_11'];
	const groups = await groupStatements([sampleFile('a.test.ts', [sampleTest({statements: [use(0), use(1)]})], {statements: texts.map(text => ({text}))})]);
	t.deepEqual(groups.map(({count, tables}) => [count, tables]), [[2, ['events_2026_10', 'events_2026_11']]]);
});
