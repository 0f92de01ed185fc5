import {readFile} from 'node:fs/promises';
import type {Server} from '../../lib/server/server.ts';
import {image} from '../availability.ts';
import type {BenchServer} from '../options.ts';
import type {Workspace} from '../workspace.ts';

/** A server with the template database `bench_template`: what the hand-written variant is given for nothing. */
export interface GivenServer {
	/** What pg connects with. */
	readonly connection: {readonly host: string; readonly port: number; readonly user: string; readonly password: string};
	/** Drops the clones that runs have left. */
	dropClones(): Promise<void>;
	stop(): Promise<void>;
}

/** Starts a server like the harness's own, with the same settings, and loads the script into a template. */
export async function startGivenServer({workspace, kind, script}: {workspace: Workspace; kind: BenchServer; script: string}): Promise<GivenServer> {
	const {choose, start, owner, postgres} = workspace.harness;
	const {adapter} = await choose.chooseServer({projectDir: workspace.folder, server: kind, image, binaries: undefined});
	const server: Server = await start.startServer(adapter, {owner: owner.currentOwner()});
	const admin = await postgres.connectClient(server.address);
	const {host, port, user, password} = server.address;
	await admin.query('create database bench_template');
	await postgres.withClient({...server.address, database: 'bench_template'}, async client => client.query(await readFile(script, 'utf8')));
	await admin.query('alter database bench_template with is_template true allow_connections false');
	return {
		connection: {host, port, user, password},
		async dropClones() {
			const {rows} = await admin.query<{name: string}>(`select datname as name from pg_database where datname like 'bench\\_%' and not datistemplate`);
			for (const {name} of rows) {
				await admin.query(`drop database "${name}" with (force)`);
			}
		},
		async stop() {
			await server.stop();
			await admin.end().catch(() => {});
		},
	};
}
