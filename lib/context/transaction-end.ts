import type {Client} from '../postgres/client.ts';
import {readBypassed} from '../postgres/roles.ts';
import {forgetStatements, send, sendTogether} from '../postgres/wire.ts';
import {committed, constraintViolated} from './errors.ts';
import type {Bypass} from './row-security.ts';
import {readAdvisoryLocks} from './session-effects.ts';

/** What the end of a test's transaction found out. */
export interface TransactionEnd {
	/** What has to fail the test; nothing when all is well. */
	readonly problem: Error | undefined;
	/** True if the database may hold what the test wrote. */
	readonly isTainted: boolean;
	/** True if the connection cannot be used again. */
	readonly isBroken: boolean;
	/** What it did past policies, where that was looked for. */
	readonly bypass?: Bypass | undefined;
	/** The advisory locks that it has left, by their keys, where that was looked for. */
	readonly advisoryLocks?: readonly string[] | undefined;
}

/** What the end of a transaction has to know of it. */
export interface EndRequest {
	/** The time stamp that the transaction began with. */
	readonly token: Promise<string>;
	/** Goes back to where statements are answered; nothing while they are. */
	readonly goBack: string | undefined;
	/** True when the test has failed already: then its data may be half-made, and constraints are not checked. */
	readonly hasFailed: boolean;
	/** Object ids of tables to be asked whether they were used past their policies. */
	readonly securedTables: readonly number[];
	/** True to ask which advisory locks outlast the transaction. */
	readonly hasLocked: boolean;
	/** Sends statements of our own whose answers nobody waits for. */
	readonly control: (text: string) => void;
	/** The statement that has ended the transaction, an empty text if something unknown has; it is read when all was answered. */
	readonly endedBy: () => string | undefined;
	/** The sentence with which errors point to clones. */
	readonly inClone: string;
}

/** The time stamp as a number, whose text no setting changes. */
export const readToken = 'select extract(epoch from now())::text as token';

/** Puts a session back to how it was when it began: DISCARD ALL but for the plans, which cost more to make again than all the rest. */
const resetSession = [
	'close all', 'set session authorization default', 'reset all', 'deallocate all', 'unlisten *',
	'select pg_catalog.pg_advisory_unlock_all()', 'discard temp', 'discard sequences',
].join('; ');

/** Checks what only the end of a transaction shows, rolls everything back and puts the session back, in one round trip. */
export async function endTransaction(client: Client, request: EndRequest): Promise<TransactionEnd> {
	const [token, identity, constraints, reset, bypass, locks] = await sendEnd(client, request);
	forgetStatements(client);
	const isBroken = reset.status === 'rejected';
	const isSame = identity.status === 'fulfilled' && token.status === 'fulfilled' && identity.value.rows[0]?.token === token.value;
	const endedBy = request.endedBy();
	if (token.status === 'rejected' && endedBy === undefined) {
		return {problem: isBroken || request.hasFailed ? undefined : token.reason as Error, isTainted: false, isBroken};
	}

	if (endedBy !== undefined || !isSame) {
		return {problem: isBroken ? undefined : committed(endedBy || undefined, request.inClone), isTainted: true, isBroken};
	}

	const violation = constraints.status === 'rejected' ? constraints.reason as Error : undefined;
	return {
		problem: violation && constraintViolated(violation), isTainted: false, isBroken,
		bypass: bypass.status === 'fulfilled' ? bypass.value : undefined,
		advisoryLocks: locks.status === 'fulfilled' ? locks.value : undefined,
	};
}

async function sendEnd(client: Client, {token, goBack, hasFailed, securedTables, hasLocked, control}: EndRequest) {
	return sendTogether(client, () => {
		if (goBack !== undefined) {
			control(goBack);
		}

		const identity = send(client, readToken);
		const constraints = hasFailed ? Promise.resolve() : send(client, 'set constraints all immediate');
		const bypass = securedTables.length > 0 ? readBypass(client, securedTables) : Promise.resolve(undefined);
		control('rollback');
		const locks = hasLocked ? readAdvisoryLocks(client) : Promise.resolve([]);
		return Promise.allSettled([token, identity, constraints, send(client, resetSession), bypass, locks] as const);
	});
}

async function readBypass(client: Client, securedTables: readonly number[]): Promise<Bypass> {
	const {rows} = await send(client, readBypassed(securedTables));
	return {tables: rows[0]?.bypassed as string[] | null ?? [], by: String(rows[0]?.by)};
}
