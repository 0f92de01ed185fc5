import test from 'ava';
import {parse, stringify} from 'devalue';
import type {Kysely} from 'kysely';
import type {FoundPack} from '#lib/seed/catalog.js';
import {loadPack} from '#lib/seed/load.js';
import {defineSeedPack, type AnySeedPack} from '#lib/seed/pack.js';

/** These packs return something without using the database. */
const db = undefined as unknown as Kysely<any>;

async function load(pack: AnySeedPack, results: Map<string, unknown> = new Map()): Promise<string> {
	const found: FoundPack = {kind: 'code', name: pack.name, file: 'seeds/pack.ts', needs: [], pack};
	const texts = Object.fromEntries([...results].map(([name, result]) => [name, stringify(result)]));
	return loadPack(found, {db, results: texts, runSql: async () => {}});
}

/** What tests get of what a pack returned. */
async function roundTrip(result: unknown): Promise<unknown> {
	return parse(await load(defineSeedPack()({name: 'pack', load: () => result})));
}

const kept: Record<string, unknown> = {
	'a Date': new Date('2024-03-01T08:00:00.123Z'),
	'a Map': new Map<unknown, unknown>([['ada@example.com', {id: 1}], [2, new Date(0)]]),
	'a Set': new Set([1, 'two']),
	'a BigInt': 9_007_199_254_740_993n,
	'bytes': new Uint8Array([0, 255]),
	'undefined': undefined,
	'null': null,
	'an undefined property': {id: 1, note: undefined},
	'numbers that JSON does not know': [Number.NaN, Infinity, -0],
	'nested rows': {orders: [{id: 1, items: [{quantity: 2}]}]},
};

for (const [what, value] of Object.entries(kept)) {
	test(`a result keeps ${what}`, async t => {
		t.deepEqual(await roundTrip(value), value);
	});
}

test('rows that are one object stay one object', async t => {
	const ada = {id: 1};
	const result = await roundTrip({ada, owner: ada}) as {ada: object; owner: object};
	t.is(result.ada, result.owner);
});

test('what a load returns may come later', async t => {
	t.deepEqual(parse(await load(defineSeedPack()({name: 'pack', load: async () => ({id: 1})}))), {id: 1});
});

const refused: Record<string, unknown> = {
	'a function': {find() {}},
	'an object of a class': {url: new (class Address { readonly host = 'db.example.com'; })()},
	'a symbol': Symbol('x'),
};

for (const [what, value] of Object.entries(refused)) {
	test(`a result that holds ${what} is an error that names the pack`, async t => {
		await t.throwsAsync(roundTrip(value), {code: 'ERR_SEED_RESULT', name: 'SeedError', message: /^The result of the seed pack 'pack' \(seeds\/pack\.ts\) cannot be stored: .* Return ids and rows/s});
	});
}

test('needs that are a list reach load under the names of the packs', async t => {
	const shop = defineSeedPack()({name: 'shop', load: () => ({id: 1})});
	const pack = defineSeedPack()({name: 'pack', needs: [shop, 'people'], load: (_db, needs) => needs});
	const results = new Map<string, unknown>([['shop', {id: 7}], ['people', undefined], ['other', 1]]);
	t.deepEqual(parse(await load(pack, results)), {shop: {id: 7}, people: undefined});
});

test('needs that are an object reach load under its keys', async t => {
	const shop = defineSeedPack()({name: 'shop', load: () => ({id: 1})});
	const pack = defineSeedPack()({name: 'pack', needs: {store: shop, humans: 'people'}, load: (_db, needs) => needs});
	const results = new Map<string, unknown>([['shop', {id: 7}], ['people', [1, 2]]]);
	t.deepEqual(parse(await load(pack, results)), {store: {id: 7}, humans: [1, 2]});
});

test('a load that throws is an error that names the pack and keeps the cause', async t => {
	const cause = new Error('the moon was full');
	const pack = defineSeedPack()({name: 'pack', load() {
		throw cause;
	}});
	const error = await t.throwsAsync(load(pack), {code: 'ERR_SEED_LOAD', name: 'SeedError', message: /^The seed pack 'pack' \(seeds\/pack\.ts\) failed: the moon was full\./});
	t.is(error?.cause, cause);
});
