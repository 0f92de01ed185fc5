import {readFile} from 'node:fs/promises';
import {parse, stringify} from 'devalue';
import type {Kysely} from 'kysely';
import {SeedError} from '../errors.ts';
import type {FoundPack} from './catalog.ts';

/** What one pack needs to be loaded: the database, how to run SQL in it, and the results so far. */
export interface LoadContext {
	readonly db: Kysely<any>;
	readonly runSql: (file: string, text: string) => Promise<void>;
	/** The results of the packs loaded before, by name, as text: each pack that needs one gets a copy of its own. */
	readonly results: Record<string, string>;
}

/** How devalue writes undefined. */
const nothing = stringify(undefined);

interface DatabaseFailure {
	readonly table?: string;
	readonly column?: string;
	readonly constraint?: string;
	readonly detail?: string;
}

/**
 * Loads one pack and returns its result as text.
 * @throws {ERR_SEED_LOAD} naming pack, table and column, {ERR_SEED_RESULT} when the result cannot be kept
 */
export async function loadPack(found: FoundPack, context: LoadContext): Promise<string> {
	const result = found.kind === 'sql' ? await loadSql(found, context) : await loadCode(found, context);
	return serialise(found, result);
}

async function loadSql(found: FoundPack, {runSql}: LoadContext): Promise<undefined> {
	try {
		await runSql(found.file, await readFile(found.file, 'utf8'));
	} catch (error) {
		throw explain(found, error as Error);
	}
}

async function loadCode(found: FoundPack & {kind: 'code'}, {db, results}: LoadContext): Promise<unknown> {
	const needs = Object.entries(found.pack.needs).map(([key, need]) => [key, parse(results[typeof need === 'string' ? need : need.name] ?? nothing)] as const);
	try {
		return await found.pack.load(db, Object.fromEntries(needs));
	} catch (error) {
		throw explain(found, error as Error & DatabaseFailure);
	}
}

function explain({name, file}: FoundPack, error: Error & DatabaseFailure): SeedError {
	const place = [error.table && `table ${error.table}`, error.column && `column ${error.column}`, error.constraint && `constraint ${error.constraint}`].filter(Boolean);
	return new SeedError('ERR_SEED_LOAD', {
		what: `The seed pack '${name}' (${file}) failed: ${error.message}${place.length > 0 ? ` (${place.join(', ')})` : ''}.`,
		why: error.detail ? `PostgreSQL says: ${error.detail}` : reasonFor(error),
		fix: 'Correct the pack, or let it need the pack whose rows are missing; then run again, nothing half-loaded was kept.',
		cause: error,
	});
}

/** Packs have one connection, so that ids do not depend on chance. */
function reasonFor(error: Error): string {
	return error.message.includes('timeout exceeded when trying to connect')
		? 'It sent a query on `db` inside of the callback of a transaction, which waits for the only connection: use `trx` there.'
		: 'Its load function threw.';
}

function serialise({name, file}: FoundPack, result: unknown): string {
	try {
		return stringify(result);
	} catch (error) {
		throw new SeedError('ERR_SEED_RESULT', {
			what: `The result of the seed pack '${name}' (${file}) cannot be stored: ${(error as Error).message}.`,
			why: 'It is kept with the template as data, so functions, classes and connections have no place in it.',
			fix: 'Return ids and rows: plain objects, arrays, Date, Map, Set, BigInt.',
			cause: error,
		});
	}
}
