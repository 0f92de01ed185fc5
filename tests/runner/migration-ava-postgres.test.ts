import {cp, readFile, readdir, rm} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {getContainerRuntimeClient} from 'testcontainers';
import {findEngine} from '#lib/server/container/engine.js';
import {folderFor} from '../helpers/folder.ts';
import {linkProject, outcomes} from '../helpers/run-ava.ts';

const steps = path.join(import.meta.dirname, 'fixtures/migration-ava-postgres');
const engine = await findEngine();

/** Removes the containers that a project's ava-postgres has started, and their networks: it leaves them to a reaper, whose image may not be here. */
async function removeContainers(folder: string): Promise<void> {
	const {container: {dockerode}} = await getContainerRuntimeClient();
	for (const {Id, Mounts, NetworkSettings} of await dockerode.listContainers({all: true})) {
		if (Mounts.some(({Source}) => Source === path.join(folder, 'db'))) {
			await dockerode.getContainer(Id).remove({force: true, v: true});
			await Promise.all(Object.values(NetworkSettings.Networks).map(async ({NetworkID}) => dockerode.getNetwork(NetworkID).remove()));
		}
	}
}

/** The test files that take nothing from ava-postgres: those are run where there is no engine. */
async function takenOver(folder: string): Promise<string[]> {
	const files = (await readdir(path.join(folder, 'tests'))).filter(file => file.endsWith('.test.js')).map(file => path.join('tests', file));
	const texts = await Promise.all(files.map(async file => readFile(path.join(folder, file), 'utf8')));
	return files.filter((_, index) => !texts[index]!.includes('helpers/database.js'));
}

/** What the last commit takes away. */
async function removeOldWay(folder: string): Promise<void> {
	await rm(path.join(folder, 'tests/helpers'), {recursive: true});
	await rm(path.join(folder, 'node_modules/ava-postgres'));
}

async function filesWith(word: string, folder: string): Promise<string[]> {
	const files = (await readdir(folder, {recursive: true})).filter(file => !file.startsWith('node_modules') && /\.js(?:on)?$/.test(file));
	const texts = await Promise.all(files.map(async file => readFile(path.join(folder, file), 'utf8')));
	return files.filter((_, index) => texts[index]!.includes(word));
}

// docs/migration.md tells of these steps; each of them is what a commit would change.
test('a suite made with ava-postgres is taken over file by file, and passes after each step', async t => {
	t.timeout(110_000);
	if (!engine.found) {
		t.log(`files that still use ava-postgres were skipped: ${engine.reason}`);
	}

	const folder = await folderFor(t);
	const names = (await readdir(steps)).toSorted();
	t.deepEqual(names, ['0-ava-postgres', '1-beside', '2-seed-packs', '3-alone']);
	await cp(path.join(steps, names[0]!), folder, {recursive: true});
	const project = await linkProject(t, folder);
	if (engine.found) {
		t.teardown(async () => removeContainers(folder));
	}

	for (const [index, name] of names.entries()) {
		await cp(path.join(steps, name), folder, {recursive: true});
		await (name === '3-alone' && removeOldWay(folder));
		const files = await takenOver(folder);
		t.is(files.length, index, `${name} takes over one file more`);
		if (engine.found || files.length > 0) {
			const env = {TESTCONTAINERS_RYUK_DISABLED: process.env['TESTCONTAINERS_RYUK_DISABLED'] ?? 'true'};
			const run = await project.run({args: ['--tap', ...(engine.found ? [] : files)], env});
			t.is(run.exitCode, 0, `${name}\n${run.output}`);
			t.is(Object.keys(outcomes(run)).length, engine.found ? 6 : [0, 2, 5, 6][index]!, run.output);
		}
	}

	t.deepEqual(await filesWith('ava-postgres', folder), []);
});
