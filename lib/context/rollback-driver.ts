import {
	PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler,
	type CompiledQuery, type DatabaseConnection, type Dialect, type Driver, type Kysely, type QueryResult, type TransactionSettings,
} from 'kysely';
import type {WireResult} from '../postgres/wire.ts';
import {runHooks} from './commit-hooks.ts';
import {isolationMismatch} from './errors.ts';
import type {Gate} from './gate.ts';
import {isInScopeOf} from './observer.ts';
import {captureOrigin, isControlled} from './origin.ts';
import {onlyReads} from './reading.ts';
import {enterScope, type Turn} from './turns.ts';

/** PostgreSQL declares cursors for queries that only read. */
function canBeDeclared(query: CompiledQuery['query']): boolean {
	return query.kind === 'SelectQueryNode' && (query.with?.expressions ?? []).every(({expression}) => expression.kind === 'SelectQueryNode');
}

/** A cursor whose reading failed stays open until the end of the test, so each has a name of its own. */
let streams = 0;

const changing = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

function toQueryResult<R>({command, rowCount, rows}: WireResult): QueryResult<R> {
	return changing.has(command)
		? {numAffectedRows: BigInt(rowCount ?? 0), rows: rows as R[]}
		: {rows: rows as R[]};
}

/**
 * Where a statement was asked for: where its turn was, unless others went before in it, as in a transaction, or the turn was taken
 * outside of the stretch of code that asks now, as by `connection()`. Capturing each would cost 5 µs a statement.
 */
function originOf({statement, origin}: Turn): Error | undefined {
	return statement === undefined && isInScopeOf(origin) ? undefined : captureOrigin();
}

/** One turn at the connection of the test, in the form in which Kysely wants it. */
class TurnConnection implements DatabaseConnection {
	readonly turn: Turn;
	isInTransaction = false;
	readonly #gate: Gate;

	constructor(gate: Gate, turn: Turn) {
		this.#gate = gate;
		this.turn = turn;
	}

	async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
		return toQueryResult(await this.#gate.run(this.turn, {text: query.sql, values: query.parameters, onlyReads: onlyReads(query), tree: query.query, origin: originOf(this.turn)}));
	}

	/**
	 * Reads through a cursor of SQL, because cursors of the protocol cannot share a pipelined connection. Statements that
	 * return rows but cannot be declared as cursors are run whole.
	 */
	async * streamQuery<R>({sql, parameters, query}: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
		if (!canBeDeclared(query)) {
			yield toQueryResult(await this.#gate.run(this.turn, {text: sql, values: parameters, tree: query, origin: originOf(this.turn)}));
			return;
		}

		const cursor = `tdd_stream_${++streams}`;
		const take = `fetch forward ${Math.max(1, Math.trunc(chunkSize))} from ${cursor}`;
		let hasFailed = false;
		// Once for all of its parts: they count where it was begun.
		const origin = originOf(this.turn);
		await this.#gate.run(this.turn, {text: `declare ${cursor} no scroll cursor for ${sql}`, values: parameters, label: sql, tree: query, origin});
		const fetch = async (): Promise<R[]> => {
			try {
				return (await this.#gate.run(this.turn, {text: take, label: sql, isContinued: true, origin})).rows as R[];
			} catch (error) {
				hasFailed = true;
				throw error;
			}
		};

		try {
			for (let rows = await fetch(); rows.length > 0; rows = await fetch()) {
				yield {rows};
			}
		} finally {
			// Also when the reader leaves early: an open cursor would keep its table in use.
			if (!hasFailed) {
				await this.#gate.run(this.turn, {text: `close ${cursor}`, label: sql, isContinued: true, origin});
			}
		}
	}
}

function assertLevel({isolationLevel}: TransactionSettings, gate: Gate): void {
	if (isolationLevel !== undefined && isolationLevel !== gate.isolationLevel) {
		throw isolationMismatch(isolationLevel, {inForce: gate.isolationLevel, inClone: gate.inClone});
	}
}

/** Runs everything that Kysely does on the one transaction of a test; user transactions become savepoints. */
class RollbackDriver implements Driver {
	readonly #gate: Gate;

	constructor(gate: Gate) {
		this.#gate = gate;
	}

	async init(): Promise<void> {
		// The connection is there already.
	}

	async acquireConnection(): Promise<DatabaseConnection> {
		return new TurnConnection(this.#gate, await this.#gate.take());
	}

	async beginTransaction(connection: TurnConnection, settings: TransactionSettings): Promise<void> {
		assertLevel(settings, this.#gate);
		if (!isControlled()) {
			enterScope(connection.turn);
		}

		connection.turn.statement = 'BEGIN';
		this.#gate.transaction.begin();
		connection.isInTransaction = true;
		if (settings.accessMode === 'read only') {
			await this.#gate.run(connection.turn, {text: 'set transaction read only'});
		}
	}

	async commitTransaction(connection: TurnConnection): Promise<void> {
		connection.isInTransaction = false;
		const hooks = await this.#gate.during(connection.turn, 'COMMIT', async () => this.#gate.transaction.commit());
		if (hooks.length > 0) {
			// Callbacks may query, so the connection is given back before Kysely does it.
			this.#gate.end(connection.turn);
			await runHooks(hooks);
		}
	}

	async rollbackTransaction(connection: TurnConnection): Promise<void> {
		if (connection.isInTransaction) {
			connection.isInTransaction = false;
			await this.#gate.during(connection.turn, 'ROLLBACK', async () => this.#gate.transaction.rollback());
		}
	}

	async savepoint({turn}: TurnConnection, name: string): Promise<void> {
		await this.#gate.during(turn, 'savepoint', async () => this.#gate.transaction.savepoint('savepoint', name));
	}

	async rollbackToSavepoint({turn}: TurnConnection, name: string): Promise<void> {
		await this.#gate.during(turn, 'rollback to savepoint', async () => this.#gate.transaction.savepoint('rollback to savepoint', name));
	}

	async releaseSavepoint({turn}: TurnConnection, name: string): Promise<void> {
		await this.#gate.during(turn, 'release savepoint', async () => this.#gate.transaction.savepoint('release savepoint', name));
	}

	async releaseConnection(connection: TurnConnection): Promise<void> {
		this.#gate.end(connection.turn);
	}

	async destroy(): Promise<void> {
		// Code under test may close its Kysely; the connection is the test's.
	}
}

/** PostgreSQL, as Kysely knows it, on the transaction of a test. */
export class RollbackDialect implements Dialect {
	readonly #gate: Gate;

	constructor(gate: Gate) {
		this.#gate = gate;
	}

	createDriver(): Driver {
		return new RollbackDriver(this.#gate);
	}

	createQueryCompiler(): PostgresQueryCompiler {
		return new PostgresQueryCompiler();
	}

	createAdapter(): PostgresAdapter {
		return new PostgresAdapter();
	}

	createIntrospector(db: Kysely<any>): PostgresIntrospector {
		return new PostgresIntrospector(db);
	}
}
