import {setTimeout as delay} from 'node:timers/promises';
import type {KeepRequest} from '../../keeper/protocol.ts';
import {connectClient} from '../../postgres/client.ts';
import {readBypassedByCounts, tellCounts} from '../../postgres/roles.ts';
import type {ServerAddress} from '../../server/server.ts';
import type {TemplateRecord} from '../../template/record.ts';
import {leaked, shorten, type Leak} from '../errors.ts';
import {observerName} from '../lock-report.ts';
import type {Barriers} from './barrier.ts';
import type {ClonePool} from './clone-pool.ts';
import type {Asking} from './clone-roles.ts';
import type {CloneSupply} from './clone-supply.ts';

/** A connection that was closed just now may still be listed; this is how long it may take to go. */
const goingMs = 500;
const lookEveryMs = 10;

/** What the end of a clone context has to know. */
export interface CloneEnd {
	readonly supply: CloneSupply;
	readonly name: string;
	readonly address: ServerAddress;
	readonly record: TemplateRecord;
	readonly pools: readonly ClonePool[];
	readonly barriers: Barriers;
	readonly notes: string[];
	readonly hasFailed: boolean;
}

interface Session {
	readonly pid: number;
	readonly application: string;
	readonly query: string;
}

/** Closes all that a test has opened, says what it left open, and gives its database back, or keeps it when the test has failed. */
export async function endClone({supply, name, address, record, pools, barriers, notes, hasFailed}: CloneEnd): Promise<Error | undefined> {
	const leaks: Leak[] = [...barriers.leaks, ...pools.flatMap(pool => pool.leaks)];
	barriers.close();
	notes.push(...await openListeners(pools), ...await bypassed(supply, record, pools));
	await leaveRole(pools);
	leaks.push(...await lookAround({supply, name, address, pools}));
	const backends = pools.flatMap(pool => pool.backends);
	for (const pool of pools) {
		pool.close();
	}

	const problem = leaks.length > 0 ? leaked(leaks) : undefined;
	if (hasFailed || problem) {
		notes.push(await keep(supply, {database: name, backends}));
	} else {
		void supply.options.retire(name).catch(() => {});
	}

	return problem;
}

/** Connections on which something still listens. They end with the test; in an application, they would go on. */
async function openListeners(pools: readonly ClonePool[]): Promise<string[]> {
	const listeners = pools.flatMap(pool => pool.idle).filter(client => client.activity.hasListened);
	const channels = await Promise.all(listeners.map(async client => {
		const answer = await client.query('select pg_listening_channels() as channel').catch(() => ({rows: []})) as {rows: Array<{channel: string}>};
		return answer.rows.map(({channel}) => channel);
	}));
	return [...new Set(channels.flat())].map(channel => `A connection was still listening to '${channel}' at the end of this test; it was closed. UNLISTEN, or end the connection.`);
}

/** Says which policies were passed by, on the test's own connections. */
async function bypassed({options: {standing: {notice}}}: CloneSupply, record: TemplateRecord, pools: readonly ClonePool[]): Promise<string[]> {
	const watched = notice.watched(record);
	const idle = pools.flatMap(pool => pool.idle);
	if (watched.length === 0 || idle.length === 0) {
		return [];
	}

	await Promise.all(idle.map(async client => client.query(tellCounts).catch(() => {})));
	const {rows: [row]} = await idle[0]!.query(readBypassedByCounts(watched)).catch(() => ({rows: []})) as {rows: Array<{bypassed: string[] | null; by: string}>};
	return row ? notice.tell({tables: row.bypassed ?? [], by: row.by}, record.roles) : [];
}

/** What is looked for at the end is not the role's to see. The idle connections are closed right after. */
async function leaveRole(pools: readonly ClonePool[]): Promise<void> {
	const idle = pools.filter(({role}) => role).flatMap(pool => pool.idle);
	await Promise.all(idle.map(async client => client.query('reset session authorization; set role none').catch(() => {})));
}

/** Looks for what is left outside of the pools, on a connection of them, or on one of its own when the code under test has closed them. */
async function lookAround({supply: {options: {roles}}, name, address, pools}: Pick<CloneEnd, 'supply' | 'name' | 'address' | 'pools'>): Promise<Leak[]> {
	const [idle] = pools.flatMap(pool => pool.idle);
	const observer = idle ? undefined : await connectClient({...address, database: name, applicationName: observerName, timeoutMs: 2000}).catch((): undefined => {});
	const client = idle ?? observer;
	try {
		return [...client ? await strangers(client, pools) : [], ...await roles?.leave(address, client).catch(() => []) ?? []];
	} finally {
		await observer?.end().catch(() => {});
	}
}

/** Connections that were opened through the URL and are still open: whoever opened them would meet the end of this database. */
async function strangers(client: Asking, pools: readonly ClonePool[]): Promise<Leak[]> {
	const own = pools.flatMap(pool => pool.backends);
	const deadline = performance.now() + goingMs;
	for (;;) {
		const {rows} = await client.query(
			`select pid, application_name as application, query from pg_stat_activity
				where datname = current_database() and backend_type = 'client backend' and pid <> all($1) and application_name <> $2 order by pid`, [own, observerName],
		).catch(() => ({rows: []})) as {rows: Session[]};
		if (rows.length === 0 || performance.now() > deadline) {
			return rows.map(({application, query}) => ({
				what: `a connection that was opened through the URL${application && ` (application_name '${application}')`}${query && `: \`${shorten(query)}\``}; t.teardown(() => pool.end()) closes one`, stack: '',
			}));
		}

		await delay(lookEveryMs);
	}
}

async function keep({options}: CloneSupply, request: KeepRequest): Promise<string> {
	try {
		const {serviceFile, service, lingerMs} = await options.keep(request);
		const stay = lingerMs === 0
			? 'It goes with the end of this run; the option lingerMs keeps it longer.'
			: `It stays for ${describeTime(lingerMs)} after the run, unless newer ones take its place.`;
		return `The database of this test is kept:\n  PGSERVICEFILE=${quoteForShell(serviceFile)} psql service=${service}\n${stay}`;
	} catch (error) {
		return `The database of this test could not be kept: ${(error as Error).message}`;
	}
}

/** As it is where that can be read by any shell, otherwise in single quotes. */
function quoteForShell(path: string): string {
	return /^[\w/.@:+,-]+$/.test(path) ? path : `'${path.replaceAll('\'', String.raw`'\''`)}'`;
}

function describeTime(ms: number): string {
	return ms < 60_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
}
