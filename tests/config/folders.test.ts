import {chmod, chown, mkdir, stat, symlink} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {cacheFolder, cacheSubfolder, runtimeFolder} from '#lib/config/folders.js';
import {ConfigError} from '#lib/errors.js';
import {withFolder} from '../helpers/folder.ts';

/** Sets one variable for the time of a function; the tests here are serial. */
async function withVariable<T>(name: string, value: string, use: () => Promise<T>): Promise<T> {
	const before = process.env[name];
	process.env[name] = value;
	try {
		return await use();
	} finally {
		if (before === undefined) {
			delete process.env[name];
		} else {
			process.env[name] = before;
		}
	}
}

test.serial('the folder for sockets is its user\'s alone', async t => {
	await withFolder(async folder => withVariable('XDG_RUNTIME_DIR', folder, async () => {
		const made = runtimeFolder();
		t.is(path.dirname(made), folder);
		t.is((await stat(made)).mode & 0o777, 0o700);
		t.is(runtimeFolder(), made);
	}));
});

test.serial('a folder for sockets that others can enter, list or write to is refused', async t => {
	await withFolder(async folder => withVariable('XDG_RUNTIME_DIR', folder, async () => {
		const made = runtimeFolder();
		for (const mode of [0o755, 0o710, 0o704, 0o770, 0o702]) {
			await chmod(made, mode);
			const error = t.throws<ConfigError>(() => runtimeFolder(), {instanceOf: ConfigError, code: 'ERR_CONFIG_INVALID'});
			t.true(error?.message.startsWith(`The folder ${made} belongs to user ${process.getuid?.()} with mode ${mode.toString(8)}.`), error?.message);
			t.is(error?.hint, `Run: rm -r ${made}`);
		}
	}));
});

const asRoot = process.getuid?.() === 0 ? test.serial : test.serial.skip;
test.serial('a link in the place of the folder for sockets is refused, whether it leads anywhere or not', async t => {
	await withFolder(async folder => withVariable('XDG_RUNTIME_DIR', folder, async () => {
		const target = path.join(folder, 'elsewhere');
		await symlink(target, path.join(folder, `dataflow-tdd-${process.getuid?.()}`));
		t.throws(() => runtimeFolder(), {code: 'ERR_CONFIG_INVALID', message: /^The link .* belongs to user/});
		await mkdir(target, {mode: 0o700});
		t.throws(() => runtimeFolder(), {code: 'ERR_CONFIG_INVALID', message: /^The link .* belongs to user/});
	}));
});

asRoot('a folder for sockets that another user has made is refused', async t => {
	await withFolder(async folder => withVariable('XDG_RUNTIME_DIR', folder, async () => {
		const name = path.join(folder, 'dataflow-tdd-0');
		await mkdir(name, {mode: 0o700});
		await chown(name, 65_534, 65_534);
		t.throws(() => runtimeFolder(), {code: 'ERR_CONFIG_INVALID', message: /belongs to user 65534/});
	}));
});

test.serial('DATAFLOW_TDD_CACHE moves the cache', async t => {
	await withFolder(async folder => withVariable('DATAFLOW_TDD_CACHE', path.join(folder, 'deep', 'cache'), async () => {
		t.is(cacheFolder(), path.join(folder, 'deep', 'cache'));
		t.true((await stat(cacheSubfolder('a', 'b'))).isDirectory());
		t.is(cacheSubfolder('a', 'b'), path.join(folder, 'deep', 'cache', 'a', 'b'));
	}));
});

test.serial('folders of the cache are closed to others: as root they let PostgreSQL\'s user pass, and nobody look', async t => {
	await withFolder(async folder => withVariable('DATAFLOW_TDD_CACHE', path.join(folder, 'cache'), async () => {
		const expected = process.getuid?.() === 0 ? 0o711 : 0o700;
		for (const made of [cacheFolder(), cacheSubfolder('logs')]) {
			t.is((await stat(made)).mode & 0o777, expected, made);
			await chmod(made, 0o755);
		}

		t.is((await stat(cacheSubfolder('logs'))).mode & 0o777, expected, 'one that an older version has made');
	}));
});

test.serial('a folder that somebody chose for the cache keeps its mode', async t => {
	await withFolder(async folder => withVariable('DATAFLOW_TDD_CACHE', folder, async () => {
		for (const mode of [0o1777, 0o755]) {
			await chmod(folder, mode);
			cacheFolder();
			t.is((await stat(folder)).mode & 0o7777, mode);
		}
	}));
});
