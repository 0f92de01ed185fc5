import type {HarnessConfig} from '../../lib/config/options.ts';
import type {Lane} from '../../lib/context/lane.ts';
import type {Session} from '../../lib/context/session.ts';
import type {BenchServer} from '../options.ts';
import type {Workspace} from '../workspace.ts';
import {writeProject} from './project.ts';

/** What the lines about single operations run on: 30 tables. */
export const microSchema = `
create table item (id integer primary key, name text not null, price numeric(10, 2) not null, added_at timestamptz not null default now());
insert into item (id, name, price) select n, 'item ' || n, n from generate_series(1, 1000) as n;
${Array.from({length: 29}, (_, index) => `create table other_${index} (id integer generated always as identity primary key, item_id integer references item (id), name text unique);`).join('\n')}
`;

/** The tables of the schema, for Kysely. */
export interface MicroDatabase {
	readonly item: {readonly id: number; readonly name: string; readonly price: string};
}

const configs = new WeakMap<Workspace, Map<BenchServer, HarnessConfig>>();

/** The configuration of a project with the small schema; its keeper is warm. */
export async function microConfig(workspace: Workspace, server: BenchServer): Promise<HarnessConfig> {
	const known = configs.get(workspace) ?? new Map<BenchServer, HarnessConfig>();
	configs.set(workspace, known);
	const config = known.get(server) ?? (await writeProject(workspace, {name: `micro-${server}`, files: 0, testFile: '', harness: {server, schemas: [microSchema]}})).config!;
	known.set(server, config);
	await workspace.keepers.prepare(config);
	return config;
}

/** A session as a worker has it, for the time of an action. */
export async function withSession<T>(workspace: Workspace, server: BenchServer, action: (session: Session) => Promise<T>): Promise<T> {
	const config = await microConfig(workspace, server);
	const session = await workspace.harness.session.Session.open(config, 'bench');
	try {
		return await action(session);
	} finally {
		await session.close();
	}
}

/** Takes a lane as a fixture does, for the time of an action. */
export async function withLane<T>(session: Session, action: (lane: Lane) => Promise<T>): Promise<T> {
	return session.withLane(session.combination([]), action);
}
