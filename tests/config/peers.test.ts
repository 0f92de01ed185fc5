import {mkdir, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {assertPeers} from '#lib/config/peers.js';
import {folderFor} from '../helpers/folder.ts';
import {withProject} from '../helpers/run-ava.ts';

/** Puts a Kysely of some version into a project, as far as anybody looks at it before it is loaded. */
async function withKysely(folder: string, version: string): Promise<string> {
	const kysely = path.join(folder, 'node_modules', 'kysely');
	await rm(kysely, {recursive: true, force: true});
	await mkdir(kysely, {recursive: true});
	await writeFile(path.join(kysely, 'package.json'), JSON.stringify({name: 'kysely', version}));
	return folder;
}

const fine = ['0.29.6', '0.29.9', '0.30.0', '1.0.0-rc.1'];
const old = ['0.28.8', '0.29.5', '0.29.0-rc.3'];

test('a Kysely that is too old is refused, and the way to a newer one is told', async t => {
	const folder = await folderFor(t);
	for (const version of old) {
		await t.throwsAsync(assertPeers(await withKysely(folder, version)), {
			code: 'ERR_CONFIG_PEER', message: /^This project has Kysely 0\.2[89]\.\d.*\. The harness needs .* npm install --save-dev 'kysely@\^0\.29\.6'$/,
		}, version);
	}
});

test('a Kysely of the range or newer is not refused, nor is one that is not found', async t => {
	const folder = await folderFor(t);
	await t.notThrowsAsync(assertPeers(folder));
	for (const version of fine) {
		await t.notThrowsAsync(assertPeers(await withKysely(folder, version)), version);
	}
});

test('a run says so before anything starts, and once', async t => {
	const project = await withProject(t, 'shuffle');
	await withKysely(project.folder, '0.28.8');
	const {exitCode, output} = await project.run();
	t.is(exitCode, 1);
	t.is(output.split('ERR_CONFIG_PEER: This project has Kysely 0.28.8.').length, 2, output);
	t.notRegex(output, /tests run on|AbortedTransactionError/);
});
