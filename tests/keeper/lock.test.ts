import {existsSync, mkdirSync, utimesSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {withLock} from '#lib/keeper/lock.js';
import {withFolder} from '../helpers/folder.ts';
import {until} from '../helpers/worker-context.ts';

const patient = {attempts: 1000, pauseMs: 20};

test('of two who want a lock one waits for the other', async t => withFolder(async folder => {
	const file = path.join(folder, 'x');
	const order: string[] = [];
	const first = withLock(file, patient, async () => {
		order.push('first begins');
		await until(async () => order.includes('second asks'));
		order.push('first ends');
	});
	await until(async () => order.length > 0);
	order.push('second asks');
	await withLock(file, patient, async () => order.push('second'));
	await first;
	t.deepEqual(order, ['first begins', 'second asks', 'first ends', 'second']);
	t.false(existsSync(`${file}.lock`));
}));

test('an error of what is done is the caller\'s, once, and the lock is free again', async t => withFolder(async folder => {
	const file = path.join(folder, 'x');
	let count = 0;
	await t.throwsAsync(withLock(file, patient, async () => {
		count++;
		throw Object.assign(new Error('mine'), {code: 'EMINE'});
	}), {message: 'mine'});
	t.is(count, 1);
	t.is(await withLock(file, {attempts: 1, pauseMs: 1}, async () => 'free'), 'free');
}));

test('who does not want to wait is told that a lock is held', async t => withFolder(async folder => {
	const file = path.join(folder, 'x');
	await withLock(file, patient, async () => {
		await t.throwsAsync(withLock(file, {attempts: 2, pauseMs: 1}, async () => {}), {code: 'ELOCKED'});
	});
}));

for (const [name, shiftMs] of [['the past', -3_600_000], ['the future', 3_600_000]] as const) {
	test(`a dead holder's lock from ${name} is taken over`, async t => withFolder(async folder => {
		const file = path.join(folder, 'x');
		mkdirSync(`${file}.lock`);
		const time = new Date(Date.now() + shiftMs);
		utimesSync(`${file}.lock`, time, time);
		t.is(await withLock(file, {attempts: 600, pauseMs: 40}, async () => 'mine'), 'mine');
		t.false(existsSync(`${file}.lock`));
	}));
}
