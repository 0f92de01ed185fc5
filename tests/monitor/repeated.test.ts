import test from 'ava';
import {captureOrigin} from '#lib/context/origin.js';
import {Recorder} from '#lib/monitor/recorder.js';
import {describeRepeat, findRepeats, type Repeat} from '#lib/monitor/repeated.js';
import {StatementTexts} from '#lib/monitor/statement-texts.js';

interface Sent {
	readonly text: string;
	readonly isBuilt: boolean;
	readonly origin: Error;
	readonly transaction?: object;
	readonly error?: {readonly code: string};
}

function sendFromHere(text: string, isBuilt = true): Sent {
	return {text, isBuilt, origin: captureOrigin()};
}

/** As code that loads one row after the other does. */
function loadEach(texts: readonly string[], isBuilt = true): Sent[] {
	return texts.map(text => sendFromHere(text, isBuilt));
}

/** What is found when these are sent in this order. */
async function repeatsOf(sent: readonly Sent[], allowed: readonly string[] = []): Promise<readonly Repeat[]> {
	const recorder = new Recorder(new StatementTexts());
	for (const {text, isBuilt, origin, transaction, error} of sent) {
		recorder.sent({text, origin, query: isBuilt ? {kind: 'SelectQueryNode'} : undefined, transaction})({rows: 1, error});
	}

	return findRepeats(recorder.statements, allowed);
}

const byId = 'select * from "users" where "id" = $1';

test('the same text from the same place is told with its count and the frames of the user', async t => {
	const [repeat, ...others] = await repeatsOf(loadEach([byId, byId, byId]));
	t.like(repeat, {text: byId, count: 3});
	t.deepEqual(others, []);
	t.regex(repeat!.stack, /^ +at sendFromHere .*repeated\.test\.ts:\d+:\d+\)\n(?:.*\n)*.*loadEach/);
	t.regex(describeRepeat(repeat!), /sent 3 times from one place .*\n {2}select \* from "users" where "id" = \$1\n +at sendFromHere/);
});

test('the same text from two places is no repetition', async t => {
	t.deepEqual(await repeatsOf([sendFromHere(byId), sendFromHere(byId)]), []);
});

test('a function that is called from two places is two places: the whole stack counts', async t => {
	const find = (): Sent => sendFromHere(byId);
	t.deepEqual(await repeatsOf([find(), find()]), []);
	const [repeat] = await repeatsOf([1, 2].map(() => find()));
	t.is(repeat?.count, 2);
});

test('two statements from one place are told apart', async t => {
	const inserts = 'insert into "users" default values';
	const repeats = await repeatsOf(loadEach([byId, inserts, byId, inserts, byId]));
	t.deepEqual(repeats.map(({text, count}) => [text, count]), [[byId, 3], [inserts, 2]]);
});

test('raw SQL that differs in literals only is the same statement', async t => {
	const raw = loadEach([1, 2, 3].map(id => `select name from users where id = ${id} and name <> '${id}'`), false);
	const [repeat, ...others] = await repeatsOf(raw);
	t.like(repeat, {text: 'select name from users where id = 1 and name <> \'1\'', count: 3});
	t.deepEqual(others, []);
});

test('raw SQL that differs in more than literals is not', async t => {
	t.deepEqual(await repeatsOf(loadEach(['select name from users where id = 1', 'select name from users where age = 1', 'select name from'], false)), []);
});

test('raw SQL of several places is told by place', async t => {
	const texts = [1, 2].map(id => `delete from users where id = ${id}`);
	t.deepEqual(await repeatsOf([sendFromHere(texts[0]!, false), sendFromHere(texts[1]!, false)]), []);
});

test('what Kysely has built is compared as it is: other texts are other queries', async t => {
	t.deepEqual(await repeatsOf(loadEach(['select * from "users" limit 1', 'select * from "users" limit 2'])), []);
});

test('a thousand repetitions from one place are counted, and only their first stacks are made', async t => {
	const statements = loadEach(Array.from({length: 1000}, () => byId));
	let made = 0;
	for (const {origin} of statements) {
		const {stack} = origin;
		Object.defineProperty(origin, 'stack', {
			get() {
				made++;
				return stack;
			},
		});
	}

	const [repeat] = await repeatsOf(statements);
	t.is(repeat?.count, 1000);
	t.true(made > 0 && made <= 20, `${made}`);
});

test('statements that occur once cost no stack', async t => {
	const statements = loadEach([byId, 'select 1', 'insert into "users" default values']);
	for (const {origin} of statements) {
		Object.defineProperty(origin, 'stack', {
			get() {
				t.fail();
			},
		});
	}

	t.deepEqual(await repeatsOf(statements), []);
});

test('of a text that several places send again and again, the count is said to be the least', async t => {
	const [repeat, ...others] = await repeatsOf([sendFromHere(byId), ...loadEach(Array.from({length: 50}, () => byId))]);
	t.like(repeat, {count: 19, isAtLeast: true});
	t.regex(describeRepeat(repeat!), /sent at least 19 times from one place/);
	t.deepEqual(others, []);
	const [known] = await repeatsOf([sendFromHere(byId), ...loadEach([byId, byId, byId])]);
	t.is(known?.count, 3);
	t.is(known?.isAtLeast, undefined);
});

test('what Kysely has built with lists of other lengths is the same statement', async t => {
	const lists = ['$1', '$1, $2', '$1, $2, $3'];
	const [found, ...others] = await repeatsOf(loadEach(lists.map(list => `select "name" from "users" where "id" in (${list}) and "age" > $9`)));
	t.is(found?.count, 3);
	t.deepEqual(others, []);
	const [inserted] = await repeatsOf(loadEach(lists.map(list => `insert into "users" ("name") values ${list.replaceAll(/\$\d/g, '($&)')}`)));
	t.is(inserted?.count, 3);
	t.deepEqual(await repeatsOf(loadEach(['"id" = $1', '"id" in ($1) and "age" = $2', '"id" = $1 limit 2', '"id" = $1 limit 3'].map(where => `select * from "users" where ${where}`))), []);
});

test('what was sent in a transaction that had to be tried again is no repetition', async t => {
	const attempt = (transaction: object, code?: string): Sent[] => [byId, 'select 1', byId.replace('id', 'name')]
		.map((text, index) => ({...sendFromHere(text), transaction, ...index === 2 && code && {error: {code}}}));
	const attempts = (...codes: Array<string | undefined>): Sent[] => codes.flatMap(code => attempt({}, code));
	t.deepEqual(await repeatsOf(attempts('40001', '40P01', undefined)), []);
	t.deepEqual((await repeatsOf(attempts('23505', undefined))).map(({count}) => count), [2, 2, 2]);
	const alone = [1, 2].map(which => ({...sendFromHere(byId), ...which === 1 && {error: {code: '40001'}}}));
	t.deepEqual(await repeatsOf(alone), []);
});

test('what is allowed, by a part of the statement, a file or a function, is left out', async t => {
	const statements = loadEach([byId, byId]);
	for (const part of ['"users"', 'repeated.test.ts', 'loadEach']) {
		t.deepEqual(await repeatsOf(statements, ['no such part', part]), []);
	}

	t.is((await repeatsOf(statements, ['no such part'])).length, 1);
});

test('statements whose place is not known are not told', async t => {
	t.deepEqual(await repeatsOf([1, 2].map(() => ({text: byId, isBuilt: true, origin: Object.assign(new Error('nowhere'), {stack: 'Error: nowhere'})}))), []);
});
