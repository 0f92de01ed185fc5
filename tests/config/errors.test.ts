import test from 'ava';
import {
	ConfigError, ContextError, GuardError, HarnessError, KeeperError, SeedError, ServerError, TemplateError, fromWireError, redact, toWireError,
} from '#lib/errors.js';

const parts = {what: 'The pot fell.', why: 'The shelf is loose.', fix: 'Run: fix-shelf'};

test('a message is three sentences: what happened, why, and what to do', t => {
	const error = new HarnessError('ERR_CONFIG_INVALID', parts);
	t.is(error.message, 'The pot fell. The shelf is loose. Run: fix-shelf');
	t.is(error.hint, 'Run: fix-shelf');
	t.is(error.code, 'ERR_CONFIG_INVALID');
	t.is(error.cause, undefined);
	t.false('cause' in error);
});

test('an error keeps the foreign error behind it', t => {
	const cause = new Error('below');
	t.is(new HarnessError('ERR_CONFIG_LOAD', {...parts, cause}).cause, cause);
});

const classes = {ConfigError, GuardError, ServerError, TemplateError, SeedError, KeeperError, ContextError};

test('each layer has a class of its own, which tells its name', t => {
	for (const [name, Class] of Object.entries(classes)) {
		const error = new Class('ERR_CONFIG_INVALID', parts);
		t.true(error instanceof HarnessError);
		t.is(error.name, name);
		t.true(String(error.stack).startsWith(name) || String(error.stack).startsWith('Error'));
	}
});

const secrets: ReadonlyArray<readonly [text: string, shown: string]> = [
	['postgres://me:geheim@db/x', 'postgres://me:***@db/x'],
	['postgresql://me:ge%3Aheim@db:5432/x?a=b', 'postgresql://me:***@db:5432/x?a=b'],
	['cannot reach postgres://me:geheim@db/x and postgres://you:geheim2@db/y', 'cannot reach postgres://me:***@db/x and postgres://you:***@db/y'],
	['url=postgres://:geheim@db/x', 'url=postgres://:***@db/x'],
	['postgres://two:ge:geheim@db/x', 'postgres://two:***@db/x'],
];

for (const [text, shown] of secrets) {
	test(`a password in a URL is not shown: ${shown}`, t => {
		t.is(redact(text), shown);
		const error = new HarnessError('ERR_SERVER_URL', {what: text, why: text, fix: text});
		t.false(error.message.includes('geheim'));
		t.false(error.hint.includes('geheim'));
		const wire = JSON.stringify(toWireError(new HarnessError('ERR_SERVER_URL', {...parts, cause: new Error(text)})));
		t.false(wire.includes('geheim'), wire);
		t.false(JSON.stringify(toWireError(new Error(text))).includes('geheim'));
		t.false(JSON.stringify(toWireError(text)).includes('geheim'));
	});
}

test('a URL without a password is shown as it is', t => {
	for (const text of ['postgres://db:5432/x', 'postgres://me@db/x', 'https://example.com/a:b', 'a@b.example']) {
		t.is(redact(text), text);
	}
});

test('class, code, hint and the cause\'s message survive the way between processes', t => {
	for (const [name, Class] of Object.entries(classes)) {
		const error = new Class('ERR_TEMPLATE_SQL', {...parts, cause: new TypeError('below')});
		const arrived = fromWireError(JSON.parse(JSON.stringify(toWireError(error))));
		t.is(arrived.constructor, Class);
		t.is(arrived.name, name);
		t.like(arrived, {code: 'ERR_TEMPLATE_SQL', hint: error.hint, message: error.message});
		t.is((arrived.cause as Error).message, 'below');
	}
});

test('an error without a cause arrives without one', t => {
	const arrived = fromWireError(toWireError(new SeedError('ERR_SEED_LOAD', parts)));
	t.is(arrived.cause, undefined);
});

test('a foreign error arrives with its name and message', t => {
	const arrived = fromWireError(JSON.parse(JSON.stringify(toWireError(new RangeError('too far')))));
	t.like(arrived, {name: 'RangeError', message: 'too far'});
	t.false('code' in arrived);
});

test('whatever is thrown can travel', t => {
	for (const [thrown, text] of [['text', 'text'], [7, '7'], [null, 'null'], [undefined, 'undefined'], [{a: 1}, '[object Object]']] as const) {
		t.is(fromWireError(toWireError(thrown)).message, text);
	}
});
