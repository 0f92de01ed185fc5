import {chmod, chown, mkdir, readdir, stat, statfs, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {serverAccount} from '#lib/server/embedded/account.js';
import {createServerFolder, removeServerFolder, serverFolders, serversFolder} from '#lib/server/embedded/data-folder.js';
import {withFolder} from '../helpers/folder.ts';

const account = serverAccount();
const name = `dataflow-tdd-${process.getuid?.()}`;

/** Plays the file system in memory, where every user may make folders. */
async function withMemory(t: ExecutionContext, use: (memory: string) => Promise<void>): Promise<void> {
	await withFolder(async memory => {
		const {bavail, bsize} = await statfs(memory);
		if (process.env.DATAFLOW_TDD_DATA || process.platform !== 'linux' || bavail * bsize < 2_000_000_000) {
			t.log('skipped: servers do not lie in memory here');
			t.pass();
			return;
		}

		await chmod(memory, 0o1777);
		await use(memory);
	});
}

test('the folder of servers in memory is closed to other users, also one that an older version has made', async t => {
	await withMemory(t, async memory => {
		const folder = await serversFolder(account, memory);
		t.is(folder, path.join(memory, name));
		t.is((await stat(folder)).mode & 0o777, 0o700);
		await chmod(folder, 0o711);
		t.is((await stat(await serversFolder(account, memory))).mode & 0o777, 0o700);
		t.is((await stat(folder)).uid, account?.uid ?? process.getuid!());
	});
});

test('a link in the place of the folder of servers is refused and not followed', async t => {
	await withMemory(t, async memory => {
		const target = path.join(memory, 'somebody-elses');
		await mkdir(target, {mode: 0o755});
		await symlink(target, path.join(memory, name));
		const before = await stat(target);
		await t.throwsAsync(serversFolder(account, memory), {code: 'ERR_CONFIG_INVALID', message: /^The link .* belongs to user/});
		const after = await stat(target);
		t.deepEqual([after.uid, after.mode], [before.uid, before.mode]);
		t.deepEqual(await readdir(target), []);
	});
});

test('a folder of servers that another user has made is refused, and nothing in it is taken for a server', async t => {
	if (process.getuid?.() !== 0) {
		t.log('skipped: only root can make folders of other users');
		t.pass();
		return;
	}

	await withMemory(t, async memory => {
		const folder = path.join(memory, name);
		await mkdir(path.join(folder, 's-bait'), {recursive: true});
		await writeFile(path.join(folder, 's-bait', 'owner'), 'nobody');
		await chown(folder, 1234, 1234);
		await t.throwsAsync(serversFolder(account, memory), {code: 'ERR_CONFIG_INVALID', message: /belongs to user 1234/});
		t.false((await serverFolders(memory)).some(each => each.startsWith(folder)));
	});
});

test('the folder of a server is its user\'s alone', async t => {
	const folder = await createServerFolder({owner: 'nobody', account});
	t.teardown(async () => removeServerFolder(folder));
	const {mode, uid} = await stat(folder);
	t.is(mode & 0o777, 0o700);
	t.is(uid, account?.uid ?? process.getuid!());
});
