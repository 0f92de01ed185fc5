import test from 'ava';
import {OpenTest} from '#lib/fixtures/beside.js';

test.serial('a test knows those that were open at any moment while it was, also when they have ended', t => {
	const before = new OpenTest('before');
	before.end();
	const first = new OpenTest('first');
	const second = new OpenTest('second');
	first.end();
	const third = new OpenTest('third');
	t.deepEqual([first.beside, second.beside, third.beside], [['second'], ['first', 'third'], ['second']]);
	second.end();
	third.end();
});

test.serial('a test that waits goes on as soon as it is alone, and says when it is not', async t => {
	const one = new OpenTest('one');
	t.true(await one.waitUntilAlone(0));
	const other = new OpenTest('other');
	t.false(await one.waitUntilAlone(1));
	const waiting = one.waitUntilAlone(60_000);
	other.end();
	t.true(await waiting);
	one.end();
});
