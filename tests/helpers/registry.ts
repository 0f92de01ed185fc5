import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {ExecutionContext} from 'ava';
import {freePort} from '#lib/server/embedded/port.js';
import {folderFor} from './folder.ts';
import {until} from './worker-context.ts';

const program = '/usr/bin/docker-registry';
/** `quiet-lake`, hashed by bcrypt at its lowest cost. */
const passwordHash = '$2b$04$p2G26EzPRgi83yozl453Ae5SI3D9.HZd6pApWfu1kdd2XhHDF1h2G';

/** Who may use it. */
export const login = {username: 'ci', password: 'quiet-lake'};

/** Debian's registry, where it is installed. */
export const hasRegistry = existsSync(program);

/** Starts a registry on the loopback interface, empty, which wants a login; it ends with the test. */
export async function startRegistry(t: Pick<ExecutionContext, 'teardown'>): Promise<string> {
	const folder = await folderFor(t);
	const host = `127.0.0.1:${await freePort()}`;
	await writeFile(path.join(folder, 'users'), `${login.username}:${passwordHash}\n`);
	await writeFile(path.join(folder, 'config.json'), JSON.stringify({
		version: '0.1', log: {level: 'error', accesslog: {disabled: true}}, storage: {filesystem: {rootdirectory: path.join(folder, 'data')}}, http: {addr: host},
		auth: {htpasswd: {realm: 'tests', path: path.join(folder, 'users')}},
	}));
	const registry = spawn(program, ['serve', path.join(folder, 'config.json')], {stdio: 'ignore'});
	t.teardown(async () => {
		registry.kill();
		await once(registry, 'exit');
	});
	await until(async () => fetch(`http://${host}/v2/`).then(({status}) => status === 401, () => false));
	return host;
}
