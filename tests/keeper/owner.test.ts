import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import test from 'ava';
import {bootId, processNamespace} from '#lib/config/machine.js';
import {currentOwner, isOwnerAlive} from '#lib/keeper/owner.js';
import {until} from '../helpers/worker-context.ts';

const onLinux = process.platform === 'linux' ? test : test.skip;

/** The owner that a process would be. */
function ownerOf(pid: number): string {
	const start = readFileSync(`/proc/${pid}/stat`, 'utf8').split(')').at(-1)?.trim().split(' ')[19];
	return `${os.hostname()}:${pid}:${start}:${bootId()}:${processNamespace()}`;
}

test('a process that runs is alive as an owner', t => {
	t.true(currentOwner().startsWith(`${os.hostname()}:${process.pid}:`));
	t.true(isOwnerAlive(currentOwner()));
});

test('an owner on another machine may be alive', t => {
	t.true(isOwnerAlive('elsewhere:1:1'));
});

onLinux('a process that has another\'s id is not taken for it', t => {
	t.false(isOwnerAlive(`${os.hostname()}:${process.pid}:1`));
});

onLinux('a process of before the machine started anew is dead, whatever runs under its id now', t => {
	const [host, pid, start, , namespace] = currentOwner().split(':');
	t.true(isOwnerAlive([host, pid, start, bootId(), namespace].join(':')));
	t.false(isOwnerAlive([host, pid, start, '00000000', namespace].join(':')));
});

onLinux('a process in another container with the same host name may be alive', t => {
	const [host, , , boot] = currentOwner().split(':');
	t.true(isOwnerAlive([host, 4_000_000, 1, boot, '1'].join(':')));
});

onLinux('a process that has ended is dead, also while its parent has not looked', async t => {
	// The shell's child ends, and what the shell becomes never asks for it.
	const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], {stdio: ['ignore', 'pipe', 'ignore']});
	t.teardown(() => parent.kill('SIGKILL'));
	const [chunk] = await once(parent.stdout, 'data') as [Buffer];
	const pid = Number(chunk.toString());
	const owner = ownerOf(pid);
	t.true(isOwnerAlive(owner));
	await until(async () => / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
	t.false(isOwnerAlive(owner));
	parent.kill('SIGKILL');
	await once(parent, 'exit');
	t.false(isOwnerAlive(owner));
});
