import {spawnSync} from 'node:child_process';
import {createRequire} from 'node:module';
import {mkdirSync, symlinkSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {pathToFileURL} from 'node:url';
import {image} from '../availability.ts';
import {ImageAlias} from '../docker.ts';
import {installPackages} from '../install.ts';
import type {Bench} from '../line.ts';
import type {BenchServer} from '../options.ts';
import {handwrittenProject} from '../suites/chinook.ts';
import type {GivenServer} from '../suites/given-server.ts';
import {writeProject, type Project} from '../suites/project.ts';
import {containerVariables, serverVariable} from '../suites/test-files.ts';
import {avaPostgresFile, containerFile, dataFolderVariable, pgliteFile, pgsqlTestFile, snapshotFile} from './files.ts';

/** What a user could have picked instead, ready to run. */
export interface Contestant {
	readonly name: string;
	/** How it is set up, in a few words. */
	readonly setUp: string;
	readonly project: Project;
	/** Rounds at most: for those that take a minute each. */
	readonly rounds?: number;
	/** What it leaves behind is removed between runs, outside of the measured time. */
	readonly tidy?: () => Promise<void>;
}

/** What a contestant needs and this machine does not have. */
export class NotHere extends Error {}

/** What is needed to make a contestant. */
export interface Grounds {
	readonly bench: Bench;
	/** Prefix of the projects' names: no two lines may share projects. */
	readonly name: string;
	readonly files: number;
	readonly script: string;
	/** A folder with the peers' packages and room for their projects. */
	readonly home: string;
}

/** Rounds of what takes about half a minute. */
const slowRounds = 2;

/** Installs the peers, and makes a place for their projects where they find them. */
export async function peersHome({workspace, say}: Bench): Promise<string> {
	const home = path.join(workspace.folder, 'peers');
	const installed = await installPackages('peers', say);
	mkdirSync(home, {recursive: true});
	try {
		symlinkSync(path.join(installed, 'node_modules'), path.join(home, 'node_modules'));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
			throw error;
		}
	}

	return home;
}

/** Written by hand, on a server that is given. */
export async function handwritten({bench, name, files}: Grounds, server: BenchServer, given: GivenServer): Promise<Contestant> {
	const project = await handwrittenProject(bench, server, {given, files, name});
	return {name: 'hand-written', setUp: 'server and template given; a clone per file, rollback per test', project, tidy: async () => given.dropClones()};
}

/** The npm package pgsql-test, on a server that is given. */
export async function pgsqlTest({bench, name, files, home}: Grounds, server: BenchServer, given: GivenServer): Promise<Contestant> {
	if (spawnSync('createdb', ['--version']).status !== 0) {
		throw new NotHere('it runs createdb and dropdb of PostgreSQL\'s client programs, which are not on the PATH');
	}

	const env = {[serverVariable]: JSON.stringify(given.connection)};
	const project = await writeProject(bench.workspace, {name: `${name}-pgsql-test-${server}`, files, home, testFile: pgsqlTestFile, env});
	return {name: 'pgsql-test', setUp: 'server and template given; a database per file, rollback per test', project};
}

/** What is used of PGlite here; its own types are there only when the peers are installed. */
interface PGliteDatabase {
	exec(sql: string): Promise<unknown>;
	dumpDataDir(compression: 'none'): Promise<Blob>;
	close(): Promise<void>;
}

/** PostgreSQL in WebAssembly. Its data folder is saved here once, as a project would keep it between runs. */
export async function pglite({bench, name, files, home, script}: Grounds): Promise<Contestant> {
	const dataFolder = path.join(home, 'chinook.tar');
	const {PGlite} = await import(pathToFileURL(createRequire(path.join(home, 'package.json')).resolve('@electric-sql/pglite')).href) as {PGlite: {create(): Promise<PGliteDatabase>}};
	const database = await PGlite.create();
	await database.exec(await readFile(script, 'utf8'));
	await writeFile(dataFolder, Buffer.from(await (await database.dumpDataDir('none')).arrayBuffer()));
	await database.close();
	const project = await writeProject(bench.workspace, {name: `${name}-pglite`, files, home, testFile: pgliteFile, env: {[dataFolderVariable]: dataFolder}});
	return {name: 'PGlite', setUp: 'WebAssembly in the worker; loaded from a saved data folder per file, rollback per test', project};
}

/** What starts containers of its own starts them by this name; the reaper has an image of its own, which may not be here. */
async function ownImage({bench: {workspace}, script, name}: Grounds, peer: string): Promise<{readonly alias: ImageAlias; readonly env: Readonly<Record<string, string>>}> {
	const alias = await ImageAlias.create(image, `${path.basename(workspace.folder)}-${name}-${peer}`.toLowerCase());
	workspace.onRemove(async () => alias.remove());
	return {alias, env: {
		[containerVariables.image]: alias.name, [containerVariables.script]: script,
		TESTCONTAINERS_RYUK_DISABLED: process.env['TESTCONTAINERS_RYUK_DISABLED'] ?? 'true',
	}};
}

/** The npm package ava-postgres. It leaves its container to the reaper. */
export async function avaPostgres(grounds: Grounds): Promise<Contestant> {
	const {alias, env} = await ownImage(grounds, 'ava-postgres');
	const project = await writeProject(grounds.bench.workspace, {name: `${grounds.name}-ava-postgres`, files: grounds.files, home: grounds.home, testFile: avaPostgresFile, env});
	return {name: 'ava-postgres', setUp: 'one container per run; a database per test from a template', project, tidy: async () => alias.removeContainers()};
}

/** The npm package @testcontainers/postgresql with its snapshots. */
export async function containerSnapshots(grounds: Grounds): Promise<Contestant> {
	const {alias, env} = await ownImage(grounds, 'snapshots');
	const project = await writeProject(grounds.bench.workspace, {name: `${grounds.name}-snapshots`, files: grounds.files, home: grounds.home, testFile: snapshotFile, env});
	return {
		name: '@testcontainers/postgresql, restoreSnapshot()', setUp: 'a container per file; its snapshot restored per test', project, rounds: slowRounds,
		tidy: async () => alias.removeContainers(),
	};
}

/** The same without its snapshots. */
export async function containerPerFile(grounds: Grounds): Promise<Contestant> {
	const {alias, env} = await ownImage(grounds, 'containers');
	const project = await writeProject(grounds.bench.workspace, {name: `${grounds.name}-containers`, files: grounds.files, home: grounds.home, testFile: containerFile, env});
	return {
		name: '@testcontainers/postgresql, BEGIN and ROLLBACK', setUp: 'a container per file; rollback per test by hand', project, rounds: slowRounds,
		tidy: async () => alias.removeContainers(),
	};
}
