import {Kysely, PostgresDialect} from 'kysely';
import pg from 'pg';
import {connectClient, keepalive, type Client} from '../postgres/client.ts';
import type {ServerAddress} from '../server/server.ts';
import type {Target} from './apply.ts';

/** The URL of a database of a server, as other programs take it: over TCP, with options for the start of its connections. */
export function databaseUrl(address: ServerAddress, database: string, options = ''): string {
	const {host, port} = address.tcp ?? address;
	const url = new URL(`postgres://${host.includes(':') ? `[${host}]` : host}:${port}`);
	url.username = encodeURIComponent(address.user);
	url.password = encodeURIComponent(address.password);
	url.pathname = `/${encodeURIComponent(database)}`;
	// Not by searchParams: libpq takes a plus for a plus.
	return options === '' ? url.href : `${url.href}?options=${encodeURIComponent(options)}`;
}

/** Opens a database for building, hands it over in all three forms, and closes every connection. */
export async function withTarget<T>(address: ServerAddress, options: {database: string; projectDir: string}, use: (target: Target) => Promise<T>): Promise<T> {
	const {database, projectDir} = options;
	const client: Client = await connectClient({...address, database, applicationName: 'dataflow-tdd build'});
	const pool = new pg.Pool({...address, ssl: address.ssl ? {rejectUnauthorized: false} : false, database, max: 1, connectionTimeoutMillis: 10_000, application_name: 'dataflow-tdd build', options: keepalive, allowExitOnIdle: true});
	pool.on('error', () => {});
	const db = new Kysely<any>({dialect: new PostgresDialect({pool})});
	try {
		return await use({client, db, url: databaseUrl(address, database), projectDir});
	} finally {
		await db.destroy();
		await client.end().catch(() => {});
	}
}
