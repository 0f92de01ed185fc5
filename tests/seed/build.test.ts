import test, {type ExecutionContext} from 'ava';
import {parse} from 'devalue';
import {withClient} from '#lib/postgres/client.js';
import {listDatabases} from '#lib/postgres/databases.js';
import type {HarnessError} from '#lib/errors.js';
import type {Server} from '#lib/server/server.js';
import type {TemplateRecord} from '#lib/template/record.js';
import {build, dump, freshFingerprint, seedFile, startTestServer, withTemplate, writeProject, type Files} from './seed-project.ts';

let server: Server;

test.before(async () => {
	server = await startTestServer();
});

test.after.always(async () => {
	await server.stop();
});

const schema = `
	create table people (id integer generated always as identity primary key, name text not null unique, born date, score bigint);
	create table pets (
		id integer generated always as identity primary key,
		owner_id integer not null references people (id),
		name text not null constraint pets_have_names check (name <> '')
	);
	create table notes (id integer generated always as identity primary key, text text not null);
`;

const people = seedFile(`
	export const people = defineSeedPack()({name: 'people', async load(db) {
		const add = async name => db.insertInto('people').values({name, born: '1815-12-10', score: '9007199254740993'}).returning(['id', 'name']).executeTakeFirstOrThrow();
		return {ada: await add('Ada'), grace: await add('Grace')};
	}});
`);

/** A pack that inserts one pet, given the values. */
const pet = (values: string): string => seedFile(`
	export const pets = defineSeedPack()({name: 'pets', needs: ['people'], load: async (db, {people}) => db.insertInto('pets').values(${values}).returningAll().executeTakeFirstOrThrow()});
`);

async function project(t: ExecutionContext, seeds: Files): Promise<{projectDir: string; fingerprint: string}> {
	const files = Object.fromEntries(Object.entries(seeds).map(([name, text]) => [`seeds/${name}`, text]));
	return {projectDir: await writeProject(t, {'schemas/schema.sql': schema, ...files}), fingerprint: freshFingerprint()};
}

/** What fails leaves no template, so all that fail can share the one of the schema. */
const failing = freshFingerprint();

/** Builds one pack that has to fail. */
async function failure(t: ExecutionContext, seeds: Files, pack: string): Promise<HarnessError> {
	const {projectDir} = await project(t, seeds);
	const error = await t.throwsAsync<HarnessError>(build(server, {projectDir, fingerprint: failing, packs: [[pack]]}));
	return error;
}

const resultsOf = ({results}: TemplateRecord): Record<string, unknown> => Object.fromEntries(Object.entries(results).map(([name, text]) => [name, parse(text)]));

test('a pack is loaded with what the packs it needs returned', async t => {
	const request = await project(t, {'people.ts': people, 'pets.ts': pet(`{owner_id: people.ada.id, name: 'Byron'}`)});
	const {record} = await build(server, {...request, packs: [['pets']]});
	t.deepEqual(record.packs, ['people', 'pets']);
	t.deepEqual(resultsOf(record), {
		people: {ada: {id: 1, name: 'Ada'}, grace: {id: 2, name: 'Grace'}},
		pets: {id: 1, owner_id: 1, name: 'Byron'},
	});
});

test('a pack may need another by list, by keys of its own, or by name', async t => {
	const request = await project(t, {
		'people.ts': people,
		'needing.ts': seedFile(`
			import {people} from './people.ts';
			const note = async (db, {id, name}) => db.insertInto('notes').values({text: id + ' ' + name}).returning('text').executeTakeFirstOrThrow();
			export const byList = defineSeedPack()({name: 'by-list', needs: [people], load: (db, {people}) => note(db, people.ada)});
			export const byKey = defineSeedPack()({name: 'by-key', needs: {humans: people, list: byList}, load: (db, {humans}) => note(db, humans.grace)});
			export const byName = defineSeedPack()({name: 'by-name', needs: {rows: 'people', nothing: 'plain'}, load: async (db, {rows, nothing}) => ({...await note(db, rows.ada), nothing})});
		`),
		'plain.sql': `insert into notes (text) values ('plain');`,
	});
	const {record} = await build(server, {...request, packs: [['by-name', 'by-key']]});
	t.deepEqual(record.packs, ['people', 'by-list', 'by-key', 'plain', 'by-name']);
	t.like(resultsOf(record), {'by-list': {text: '1 Ada'}, 'by-key': {text: '2 Grace'}, plain: undefined, 'by-name': {text: '1 Ada', nothing: undefined}});
});

test('a pack in SQL finds the rows of what it needs', async t => {
	const request = await project(t, {
		'people.ts': people,
		'pets.sql': `-- needs: people\ninsert into pets (owner_id, name) select id, name || '''s cat' from people order by id;`,
	});
	const {record} = await build(server, {...request, packs: [['pets']]});
	const {rows} = await withTemplate(server, record, async client => client.query('select owner_id, name from pets order by id'));
	t.deepEqual(rows, [{owner_id: 1, name: `Ada's cat`}, {owner_id: 2, name: `Grace's cat`}]);
});

test('G36: a row that points nowhere is an error that names pack, file, table, constraint and column', async t => {
	const error = await failure(t, {'people.ts': people, 'pets.ts': pet(`{owner_id: 4711, name: 'Byron'}`)}, 'pets');
	t.is(error.code, 'ERR_SEED_LOAD');
	t.regex(error.message, /^The seed pack 'pets' \(\S+pets\.ts\) failed: .*\(table pets, constraint pets_owner_id_fkey\)\. PostgreSQL says: Key \(owner_id\)=\(4711\) is not present in table "people"\./);
	t.is((error.cause as {code?: string}).code, '23503');
});

test('G36: a missing value is an error that names pack, table and column', async t => {
	const error = await failure(t, {'people.ts': people, 'pets.ts': pet(`{owner_id: people.ada.id}`)}, 'pets');
	t.is(error.code, 'ERR_SEED_LOAD');
	t.regex(error.message, /^The seed pack 'pets' .*\(table pets, column name\)\./);
});

test('G36: a broken rule is an error that names pack, table and constraint', async t => {
	const error = await failure(t, {'people.ts': people, 'pets.ts': pet(`{owner_id: people.ada.id, name: ''}`)}, 'pets');
	t.is(error.code, 'ERR_SEED_LOAD');
	t.regex(error.message, /^The seed pack 'pets' .*\(table pets, constraint pets_have_names\)\./);
});

test('a result that cannot be stored is an error that names the pack', async t => {
	const error = await failure(t, {'live.ts': seedFile(`export const live = defineSeedPack()({name: 'live', load: db => ({db})});`)}, 'live');
	t.is(error.code, 'ERR_SEED_RESULT');
	t.regex(error.message, /^The result of the seed pack 'live' \(\S+live\.ts\) cannot be stored: /);
});

test('a pack in SQL that fails is an error that names file, line, table and column', async t => {
	const error = await failure(t, {'people.ts': people, 'pets.sql': `-- needs: people\n\ninsert into pets (owner_id, name) values (4711, 'Byron');`}, 'pets');
	t.regex(error.message, /seeds\/pets\.sql:3:1 failed: .*table "pets" violates foreign key constraint "pets_owner_id_fkey".*Key \(owner_id\)=\(4711\) is not present in table "people"/s);
});

test('G36: a need that is not exported from the seeds folder is an error that names who needs it', async t => {
	const seeds = {'pets.ts': seedFile(`import {people} from '../elsewhere.ts';`, `export const pets = defineSeedPack()({name: 'pets', needs: [people], load() {}});`), '../elsewhere.ts': people};
	const error = await failure(t, seeds, 'pets');
	t.is(error.code, 'ERR_SEED_UNKNOWN');
	t.regex(error.message, /^There is no seed pack called 'people', which 'pets' needs\. The packs are: pets\./);
});

test('G36: packs that need each other in a circle are an error before anything is loaded', async t => {
	const request = await project(t, {'a.sql': '-- needs: b\nselect 1;', 'b.sql': '-- needs: a\nselect 1;'});
	await t.throwsAsync(build(server, {...request, packs: [['a']]}), {code: 'ERR_SEED_CYCLE'});
	const names = await withClient(server.address, async admin => listDatabases(admin, `tdd_t_${request.fingerprint.slice(0, 16)}`));
	t.deepEqual(names, []);
});

test('a pack that fails leaves no template, and the next build makes it whole', async t => {
	const seeds = {'people.ts': people, 'pets.ts': pet('[{owner_id: people.ada.id, name: \'Byron\'}, {owner_id: 4711, name: \'Nobody\'}]')};
	const broken = await project(t, seeds);
	await t.throwsAsync(build(server, {...broken, packs: [['pets']]}), {code: 'ERR_SEED_LOAD'});
	const left = await withClient(server.address, async admin => listDatabases(admin, `tdd_t_${broken.fingerprint.slice(0, 16)}`));
	t.deepEqual(left.map(({name}) => name.split('_').at(-1)), ['schema']);

	const corrected = await project(t, {...seeds, 'pets.ts': pet(`{owner_id: people.ada.id, name: 'Byron'}`)});
	const {record} = await build(server, {...corrected, fingerprint: broken.fingerprint, packs: [['pets']]});
	t.like(resultsOf(record), {pets: {id: 1, name: 'Byron'}});
});

test('G36: the same packs built twice give the same rows, sequences and results', async t => {
	const request = await project(t, {'people.ts': people, 'pets.ts': pet(`{owner_id: people.ada.id, name: 'Byron'}`)});
	const first = await build(server, {...request, packs: [['pets']]});
	const second = await build(server, {...request, fingerprint: freshFingerprint(), packs: [['pets']]});
	t.deepEqual(await dump(server, second.record), await dump(server, first.record));
});

test('a pack is built on the template of the one that it needs', async t => {
	const request = await project(t, {'people.ts': people, 'pets.ts': pet(`{owner_id: people.ada.id, name: 'Byron'}`)});
	const first = await build(server, {...request, packs: [['people']]});
	t.deepEqual(first.steps, ['applying schemas/schema.sql', `loading the seed pack 'people'`]);
	const layered = await build(server, {...request, packs: [['pets']]});
	t.deepEqual(layered.steps, [`loading the seed pack 'pets'`]);

	const scratch = await build(server, {...request, fingerprint: freshFingerprint(), packs: [['pets']]});
	t.deepEqual(scratch.steps, ['applying schemas/schema.sql', `loading the seed pack 'people'`, `loading the seed pack 'pets'`]);
	t.deepEqual(await dump(server, layered.record), await dump(server, scratch.record));
});

test('a template that is there is not built again', async t => {
	const request = await project(t, {'people.ts': people});
	const first = await build(server, {...request, packs: [['people']]});
	const second = await build(server, {...request, packs: [['people']]});
	t.deepEqual(second.steps, []);
	t.deepEqual(second.record, first.record);
});

/** Five packs: two roots, a diamond above one of them, and one in SQL at the top. */
const diamond: Files = {
	'people.ts': people,
	'left.ts': seedFile(`export const left = defineSeedPack()({name: 'left', needs: ['people'], load: async (db, {people}) => ({pet: await db.insertInto('pets').values({owner_id: people.ada.id, name: 'Left'}).returningAll().executeTakeFirstOrThrow(), at: new Date(0), big: 2n})});`),
	'right.ts': seedFile(`export const right = defineSeedPack()({name: 'right', needs: ['people'], load: async (db, {people}) => new Map([['pet', await db.insertInto('pets').values({owner_id: people.grace.id, name: 'Right'}).returningAll().executeTakeFirstOrThrow()]])});`),
	'top.ts': seedFile(`export const top = defineSeedPack()({name: 'top', needs: ['left', 'right'], load: async (db, {left, right}) => db.insertInto('notes').values({text: [left.pet.id, left.at.getTime(), left.big, right.get('pet').id].join()}).returningAll().executeTakeFirstOrThrow()});`),
	'zenith.sql': `-- needs: top\ninsert into notes (text) select 'over ' || text from notes; delete from pets where name = 'Left';`,
};

const asked = [['people'], ['right'], ['left', 'right'], ['zenith']];

test('G32: layered packs equal packs applied from scratch, in whatever order they are asked for', async t => {
	const request = await project(t, diamond);
	const scratch = new Map<readonly string[], unknown>();
	for (const packs of asked) {
		const {record} = await build(server, {...request, fingerprint: freshFingerprint(), packs: [packs]});
		scratch.set(packs, await dump(server, record));
	}

	for (const order of [asked, asked.toReversed()]) {
		const fingerprint = freshFingerprint();
		for (const packs of order) {
			const {record} = await build(server, {...request, fingerprint, packs: [packs]});
			t.deepEqual(await dump(server, record), scratch.get(packs), `${packs.join(' and ')}, asked for in the order ${order.join('; ')}`);
		}
	}
});

test('combinations that are asked for together load each pack once', async t => {
	const request = await project(t, diamond);
	const {steps} = await build(server, {...request, packs: [['zenith'], ['left', 'right'], ['people']]});
	t.deepEqual(steps, ['applying schemas/schema.sql', ...['people', 'left', 'right', 'top', 'zenith'].map(name => `loading the seed pack '${name}'`)]);
});

// From scratch `reader` gets the object that `spoiler` has changed; layered it gets what `people` returned.
test('G35: a pack that changes what it was given does not change what others are given', async t => {
	const request = await project(t, {
		'people.ts': people,
		'others.ts': seedFile(`
			export const spoiler = defineSeedPack()({name: 'a-spoiler', needs: ['people'], load(db, {people}) { people.ada.name = 'spoilt'; }});
			export const reader = defineSeedPack()({name: 'reader', needs: ['people', 'a-spoiler'], load: (db, {people}) => people.ada.name});
		`),
	});
	const scratch = await build(server, {...request, packs: [['reader']]});
	t.is(resultsOf(scratch.record).reader, 'Ada');
});
