import process from 'node:process';
import test from 'ava';
import {getSchemaCache, TemplateError} from 'dataflow-tdd';
import {tddTestContext} from 'dataflow-tdd/ava';
import {sessionVariable} from '#lib/config/mode.js';
import {freshSchema, makeProject, type Project} from '../helpers/project.ts';

/** A project of this file's own: what tests ask for is remembered for later runs, and nobody wants these again. */
let project: Project;
const teardowns: Array<() => unknown> = [];
const cache = getSchemaCache();
const widgets = {widgets: 'create table widgets (id int generated always as identity primary key, name text)', parts: 'create table parts (widget_id int references widgets (id))'};

test.before(async t => {
	t.timeout(120_000);
	project = await makeProject({teardown: undo => teardowns.unshift(undo)}, {files: {'schemas/001.sql': freshSchema()}, options: {workers: 1}});
	const keeper = await project.open('run');
	await project.prepare(keeper);
	process.env[sessionVariable] = JSON.stringify(project.config);
});

test.after.always(async () => {
	for (const undo of teardowns) {
		await undo();
	}
});

test.serial('before anything was cached, the statistics are zeros', t => {
	t.deepEqual(cache.getCacheStatistics(), {enabled: true, cacheEnabled: true, hits: 0, misses: 0, hitRate: 0, bytes: 0, milliseconds: 0, savedMilliseconds: 0, bySchema: {}});
});

test.serial('caching a schema builds its template the first time, and finds it the second time', async t => {
	const first = await cache.cacheSchema('widgets', widgets);
	t.false(first.isHit);
	t.true(first.milliseconds > 0);
	const second = await cache.cacheSchema('widgets', widgets);
	t.true(second.isHit);
	const {hits, misses, hitRate, bytes, milliseconds, savedMilliseconds, bySchema} = cache.getCacheStatistics();
	t.deepEqual({hits, misses, hitRate}, {hits: 1, misses: 1, hitRate: 0.5});
	t.true(bytes > 1_000_000);
	t.true(milliseconds > 0);
	t.like(bySchema.widgets, {hits: 1, misses: 1, bytes});
	t.true(bySchema.widgets!.buildMilliseconds > 0);
	t.is(savedMilliseconds, bySchema.widgets!.buildMilliseconds, 'the second time nothing was built');
	await cache.cacheSchema('widgets', widgets);
	t.is(cache.getCacheStatistics().savedMilliseconds, 2 * savedMilliseconds);
});

for (const round of [1, 2]) {
	test.serial(`the tables are in the contexts that are opened from then on, and empty (${round})`, tddTestContext, async (t, {connection}) => {
		await connection.execute('insert into items (name) values ($1)', ['of the schema']);
		const id = await connection.fetchValue('insert into widgets (name) values ($1) returning id', ['of the cache']);
		await connection.execute('insert into parts values ($1)', [id]);
		t.is(await connection.fetchValue('select count(*)::int from widgets'), 1);
	});
}

test.serial('DDL that PostgreSQL refuses is an error that names the schema and the table, and contexts stay as they were', async t => {
	const error = await t.throwsAsync<TemplateError>(cache.cacheSchema('broken', {fine: 'create table fine (id int)', odd: 'create table odd (id nothing)'}), {instanceOf: TemplateError, code: 'ERR_TEMPLATE_SQL'});
	t.true(error?.message.startsWith(`cacheSchema('broken').odd:1:22 failed: type "nothing" does not exist`), error?.message);
});

test.serial('contexts after such an error have what was cached before it', tddTestContext, async (t, {connection}) => {
	t.is(await connection.fetchValue(`select to_regclass('fine')::text`), null);
	t.is(await connection.fetchValue(`select to_regclass('widgets')::text`), 'widgets');
});

test.serial('a second schema comes on top of the first', async t => {
	t.false((await cache.cacheSchema('gadgets', {gadgets: 'create table gadgets (widget_id int references widgets (id))'})).isHit);
	t.deepEqual(Object.keys(cache.getCacheStatistics().bySchema), ['widgets', 'widgets+gadgets']);
});

test.serial('both are in the contexts from then on', tddTestContext, async (t, {connection}) => {
	t.deepEqual(await connection.fetchRows(`select tablename::text as name from pg_tables where schemaname = 'public' order by 1`), ['gadgets', 'items', 'parts', 'widgets'].map(name => ({name})));
});

test.serial('caching other tables under the same name replaces them', async t => {
	t.false((await cache.cacheSchema('gadgets', {gizmos: 'create table gizmos (id int)'})).isHit);
});

test.serial('contexts then have the new ones', tddTestContext, async (t, {connection}) => {
	t.is(await connection.fetchValue(`select to_regclass('gadgets')::text`), null);
	t.is(await connection.fetchValue(`select to_regclass('gizmos')::text`), 'gizmos');
});
