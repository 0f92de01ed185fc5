import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import type {ExecutionContext, TestFn} from 'ava';
import {connectClient, withClient, type Client} from '#lib/postgres/client.js';
import {startServer} from '#lib/server/start.js';
import type {Server, ServerAdapter, StartedServer} from '#lib/server/server.js';

/** What differs between the adapters that keep the contract. A claim without its hook is skipped, visibly. */
export interface ContractOptions {
	/** Why this adapter cannot be tested here; registers one skipped test. */
	readonly skipReason?: string | undefined;
	/** The adapter has no servers of its own to set or to end: an existing server is used as it is. */
	readonly isExternal?: boolean;
	/** The major version that the server is expected to have. */
	readonly version?: number;
	/** Ends a server the way a crash would, without its adapter. */
	readonly kill?: (server: StartedServer) => Promise<void>;
	/** An adapter whose next start fails half-way. */
	readonly makeFailing?: () => Promise<ServerAdapter>;
	/** Whatever of an owner's servers is still there: containers, folders, processes. */
	readonly leftovers?: (owner: string) => Promise<string[]>;
	/** The addresses to which a server's port is bound: `127.0.0.1`, or `0.0.0.0` for all. */
	readonly boundAddresses?: (server: Server) => Promise<string[]>;
}

type Body = (t: ExecutionContext) => Promise<void>;

/** The owner of all servers that the contract starts, unless a claim is about owners. */
export const owner = `contract:${process.pid}:alive`;

/** One adapter under test. */
export interface Suite {
	readonly name: string;
	readonly adapter: ServerAdapter;
	readonly options: ContractOptions;
	/** Registers a claim, or skips it, visibly, where something is missing. */
	readonly claim: (title: string, body: Body, missing?: string | false) => void;
	/** Starts a server, and stops it whatever the claim does. */
	readonly withServer: (from: string | undefined, use: (server: Server, client: Client) => Promise<void>) => Promise<void>;
}

/** Makes the suite of one adapter. Its claims run one after the other: each has servers of its own. */
export function createSuite(test: TestFn, name: string, adapter: ServerAdapter, options: ContractOptions): Suite {
	return {
		name,
		adapter,
		options,
		claim(title, body, missing) {
			if (missing) {
				test.serial.skip(`${name}: ${title} (skipped: ${missing})`, body);
			} else {
				test.serial(`${name}: ${title}`, body);
			}
		},
		async withServer(from, use) {
			const server = await startServer(adapter, {owner, ...(from && {snapshot: from})});
			try {
				await withClient(server.address, async client => use(server, client));
			} finally {
				await server.stop();
			}
		},
	};
}

/** The one value of an expression. */
export async function value<T>(client: Client, sql: string): Promise<T> {
	const {rows} = await client.query<{value: T}>(`select (${sql}) as value`);
	return rows[0]!.value;
}

/** Fails, instead of waiting for ever, when something does not happen in time. */
export async function within<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
	const timer = new AbortController();
	const late = delay(timeoutMs, undefined, {signal: timer.signal}).then(() => {
		throw new Error(`${what}: not within ${timeoutMs} ms`);
	});
	try {
		return await Promise.race([promise, late]);
	} finally {
		timer.abort();
		late.catch(() => {});
	}
}

/** Connects once, to see whether a server lets one in. */
export async function connectAndClose({address}: Pick<StartedServer, 'address'>): Promise<void> {
	const client = await connectClient({...address, timeoutMs: 3000});
	await client.end();
}
