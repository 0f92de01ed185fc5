import path from 'node:path';
import {pathToFileURL} from 'node:url';
import type * as load from '../lib/config/load.ts';
import type * as clone from '../lib/context/clone/clone-context.ts';
import type * as context from '../lib/context/rollback-context.ts';
import type * as session from '../lib/context/session.ts';
import type * as client from '../lib/keeper/client.ts';
import type * as owner from '../lib/keeper/owner.ts';
import type * as postgres from '../lib/postgres/client.ts';
import type * as choose from '../lib/server/choose.ts';
import type * as account from '../lib/server/embedded/account.ts';
import type * as binaries from '../lib/server/embedded/binaries.ts';
import type * as settings from '../lib/server/settings.ts';
import type * as start from '../lib/server/start.ts';

/** The parts of the harness that lines measure by themselves. */
export interface Harness {
	readonly load: typeof load;
	readonly session: typeof session;
	readonly context: typeof context;
	readonly clone: typeof clone;
	readonly client: typeof client;
	readonly owner: typeof owner;
	readonly postgres: typeof postgres;
	readonly choose: typeof choose;
	readonly start: typeof start;
	readonly settings: typeof settings;
	readonly binaries: typeof binaries;
	readonly account: typeof account;
}

const files: Readonly<Record<keyof Harness, string>> = {
	load: 'config/load',
	session: 'context/session',
	context: 'context/rollback-context',
	clone: 'context/clone/clone-context',
	client: 'keeper/client',
	owner: 'keeper/owner',
	postgres: 'postgres/client',
	choose: 'server/choose',
	start: 'server/start',
	settings: 'server/settings',
	binaries: 'server/embedded/binaries',
	account: 'server/embedded/account',
};

/** Imports them from a folder of compiled files, not from the repository's own build. */
export async function importHarness(build: string): Promise<Harness> {
	const entries = Object.entries(files).map(async ([name, file]) => [name, await import(pathToFileURL(path.join(build, `${file}.js`)).href) as unknown] as const);
	return Object.fromEntries(await Promise.all(entries)) as unknown as Harness;
}
