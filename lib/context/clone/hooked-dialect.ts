import {AsyncLocalStorage} from 'node:async_hooks';
import {PostgresDialect, PostgresDriver, type DatabaseConnection, type Driver, type PostgresDialectConfig, type TransactionSettings} from 'kysely';
import {runHooks, type CommitHook} from '../commit-hooks.ts';
import {isControlled} from '../origin.ts';

/** The callbacks that wait for one transaction, and how many there were at each of its savepoints. */
interface OpenTransaction {
	hooks: CommitHook[];
	readonly savepoints: Map<string, number>;
}

/** The transactions of one clone context that are open, and the callbacks that wait for them. */
export class CloneHooks {
	readonly #open = new Map<DatabaseConnection, OpenTransaction>();
	/** The transaction in whose callback the code that runs now was called. */
	readonly #scope = new AsyncLocalStorage<OpenTransaction>();

	/** Runs a callback after the commit of the transaction that it was registered in; outside of one, at once. */
	async add(hook: CommitHook): Promise<void> {
		const open = [...this.#open.values()];
		const scope = this.#scope.getStore();
		// Code that was called in a transaction may go on after its end.
		const transaction = scope && open.includes(scope) ? scope : open.length === 1 ? open[0] : undefined;
		if (transaction) {
			transaction.hooks.push(hook);
		} else {
			await runHooks([hook]);
		}
	}

	/** Has to be called before anything is waited for: the callback of the transaction is then marked, and nothing else. */
	begin(connection: DatabaseConnection): void {
		const transaction: OpenTransaction = {hooks: [], savepoints: new Map()};
		this.#open.set(connection, transaction);
		if (!isControlled()) {
			this.#scope.enterWith(transaction);
		}
	}

	/** Ends a transaction; returns the callbacks that waited for it. */
	end(connection: DatabaseConnection): readonly CommitHook[] {
		const hooks = this.#open.get(connection)?.hooks ?? [];
		this.#open.delete(connection);
		return hooks;
	}

	mark(connection: DatabaseConnection, savepoint: string): void {
		const transaction = this.#open.get(connection);
		transaction?.savepoints.set(savepoint, transaction.hooks.length);
	}

	returnTo(connection: DatabaseConnection, savepoint: string): void {
		const transaction = this.#open.get(connection);
		transaction?.hooks.splice(transaction.savepoints.get(savepoint) ?? 0);
	}
}

class HookedDriver extends PostgresDriver {
	readonly #hooks: CloneHooks;

	constructor(config: PostgresDialectConfig, hooks: CloneHooks) {
		super(config);
		this.#hooks = hooks;
	}

	override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
		this.#hooks.begin(connection);
		try {
			await super.beginTransaction(connection, settings);
		} catch (error) {
			this.#hooks.end(connection);
			throw error;
		}
	}

	override async commitTransaction(connection: DatabaseConnection): Promise<void> {
		await super.commitTransaction(connection);
		await runHooks(this.#hooks.end(connection));
	}

	override async rollbackTransaction(connection: Parameters<PostgresDriver['rollbackTransaction']>[0]): Promise<void> {
		this.#hooks.end(connection);
		await super.rollbackTransaction(connection);
	}

	override async savepoint(...given: Parameters<PostgresDriver['savepoint']>): Promise<void> {
		await super.savepoint(...given);
		this.#hooks.mark(given[0], given[1]);
	}

	override async rollbackToSavepoint(...given: Parameters<PostgresDriver['rollbackToSavepoint']>): Promise<void> {
		await super.rollbackToSavepoint(...given);
		this.#hooks.returnTo(given[0], given[1]);
	}
}

/** PostgreSQL, as Kysely knows it, with callbacks after commits. */
export class HookedDialect extends PostgresDialect {
	readonly #config: PostgresDialectConfig;
	readonly #hooks: CloneHooks;

	constructor(config: PostgresDialectConfig, hooks: CloneHooks) {
		super(config);
		this.#config = config;
		this.#hooks = hooks;
	}

	override createDriver(): Driver {
		return new HookedDriver(this.#config, this.#hooks);
	}
}
