import {AbortedTransactionError} from 'kysely';
import type {PgQuery, WireResult} from '../../postgres/wire.ts';
import type {CommitHook} from '../commit-hooks.ts';
import {isFromServer} from '../database-error.ts';
import {isolationMismatch} from '../errors.ts';
import type {Gate} from '../gate.ts';
import type {Turn} from '../turns.ts';
import {noTransaction, onlyInTransaction, type Notice} from './as-postgres.ts';
import type {Control} from './control.ts';
import {twoPhaseCommit} from './errors.ts';
import type {Step} from './plan.ts';

/** What pg gives for one statement. */
export type Answer = Exclude<WireResult['answer'], unknown[]>;

/** A query that was asked, as far as its parts differ: how one is sent, and how a command without rows is answered. */
export interface AskedQuery {
	part(text: string): PgQuery;
	answer(command: string): Answer;
}

/** COMMIT or ROLLBACK. */
type Ending = Extract<Control, {kind: 'commit' | 'rollback'}>;

const savepointVerbs = {'SAVEPOINT': 'savepoint', 'ROLLBACK TO SAVEPOINT': 'rollback to savepoint', 'RELEASE SAVEPOINT': 'release savepoint'} as const;

/** The name at the end of a statement about a savepoint, as PostgreSQL reads it. */
function savepointName(text: string): string {
	const [, quoted, plain] = /(?:"((?:[^"]|"")*)"|([^\s";]+))[\s;]*$/.exec(text) ?? [];
	return quoted?.replaceAll('""', '"') ?? plain?.toLowerCase() ?? '';
}

/** What a session of code under test needs besides its gate. */
export interface SessionOptions {
	readonly gate: Gate;
	readonly onNotice: (notice: Notice) => void;
}

/**
 * What one connection of code under test would know of its transaction: whether its own text has begun one. A transaction
 * begun by text becomes a user transaction of the test, which is a savepoint.
 */
export class PoolSession {
	readonly #gate: Gate;
	readonly #onNotice: SessionOptions['onNotice'];
	#isOpen = false;
	#isReadOnly = false;
	/** True from the first statement that a BEGIN further on in its text will take in, up to that BEGIN. */
	#isAhead = false;
	/** As the server last told it; read only while the transaction is open. */
	#status: WireResult['status'] = 'T';
	/** Callbacks that are due when the connection is free for them. */
	#hooks: CommitHook[] = [];

	constructor({gate, onNotice}: SessionOptions) {
		this.#gate = gate;
		this.#onNotice = onNotice;
	}

	/** True between BEGIN and its end. */
	get isOpen(): boolean {
		return this.#isOpen;
	}

	/** The transaction status, as a connection of its own would have it. */
	get status(): WireResult['status'] {
		return this.#isOpen ? this.#status : 'I';
	}

	/** The commit hooks that have become due since this was asked last. */
	takeHooks(): readonly CommitHook[] {
		return this.#hooks.splice(0);
	}

	/** Does what a text wants, in the order in which it stands there, up to the first failure. */
	async run(turn: Turn, steps: readonly Step[], asked: AskedQuery): Promise<Answer[]> {
		const answers: Answer[] = [];
		try {
			for (const step of steps) {
				answers.push(...await this.#step(turn, step, asked));
			}
		} catch (error) {
			if (this.#isAhead) {
				// The BEGIN has not come, so there is no transaction that could stay open.
				await this.#rollback(turn);
			}

			throw error;
		}

		return answers;
	}

	/** Its transaction has gone with the connection. */
	lose(): void {
		this.#isOpen = false;
	}

	async #step(turn: Turn, {text, control, isTakenIn = false}: Step, asked: AskedQuery): Promise<Answer[]> {
		if (control) {
			return [await this.#control(turn, {text, control, asked})];
		}

		if (isTakenIn && !this.#isOpen) {
			await this.#begin(turn, {isReadOnly: false});
			this.#isAhead = true;
		}

		return [await this.send(turn, text, asked.part(text))].flat();
	}

	/** Sends what controls no transaction. */
	async send(turn: Turn, text: string, query: PgQuery): Promise<Answer | Answer[]> {
		try {
			const {answer, status} = await this.#gate.run(turn, {text, query});
			this.#status = status;
			return answer;
		} catch (error) {
			this.#status = isFromServer(error) ? 'E' : this.#status;
			throw error;
		}
	}

	/** Undoes what is open: its connection was closed. */
	async abandon(turn: Turn): Promise<void> {
		if (this.#isOpen) {
			await this.#rollback(turn);
		}
	}

	async #control(turn: Turn, {text, control, asked}: {text: string; control: Control; asked: AskedQuery}): Promise<Answer> {
		switch (control.kind) {
			case 'begin': {
				this.#assertLevel(control.level);
				return this.#isOpen && !this.#isAhead ? this.#sendOne(turn, text, asked) : this.#beginBy(turn, control, asked);
			}

			case 'commit':
			case 'rollback': {
				return this.#isOpen ? this.#end(turn, control, asked) : this.#endNothing(control, asked);
			}

			case 'savepoint': {
				if (!this.#isOpen) {
					throw onlyInTransaction(control.command);
				}

				const answer = await this.#sendOne(turn, text, asked);
				this.#gate.transaction.hooks.follow(savepointVerbs[control.command], savepointName(text));
				return answer;
			}

			case 'level': {
				this.#assertLevel(control.level);
				return asked.answer('SET');
			}

			default: {
				throw twoPhaseCommit(text, this.#gate.inClone);
			}
		}
	}

	async #beginBy(turn: Turn, {command, isReadOnly}: Extract<Control, {kind: 'begin'}>, asked: AskedQuery): Promise<Answer> {
		await this.#begin(turn, {isReadOnly});
		return asked.answer(command);
	}

	async #begin(turn: Turn, {isReadOnly}: {isReadOnly: boolean}): Promise<void> {
		if (!this.#isAhead) {
			turn.statement = 'BEGIN';
			this.#gate.transaction.begin();
			this.#status = 'T';
		}

		this.#isAhead = false;
		this.#isOpen = true;
		this.#isReadOnly = isReadOnly;
		if (isReadOnly) {
			await this.#gate.run(turn, {text: 'set transaction read only'});
		}
	}

	async #end(turn: Turn, {kind, isChained}: Ending, asked: AskedQuery): Promise<Answer> {
		const command = kind === 'commit' ? await this.#commit(turn) : await this.#rollback(turn);
		if (isChained) {
			await this.#begin(turn, {isReadOnly: this.#isReadOnly});
		}

		return asked.answer(command);
	}

	/** A COMMIT in a failed transaction rolls back, and says so by its command; it is no error. */
	async #commit(turn: Turn): Promise<'COMMIT' | 'ROLLBACK'> {
		this.#isOpen = false;
		try {
			this.#hooks.push(...await this.#gate.during(turn, 'COMMIT', async () => this.#gate.transaction.commit()));
			return 'COMMIT';
		} catch (error) {
			if (error instanceof AbortedTransactionError) {
				return 'ROLLBACK';
			}

			throw error;
		}
	}

	async #rollback(turn: Turn): Promise<'ROLLBACK'> {
		this.#isOpen = false;
		this.#isAhead = false;
		await this.#gate.during(turn, 'ROLLBACK', async () => this.#gate.transaction.rollback());
		return 'ROLLBACK';
	}

	#endNothing({kind, isChained}: Ending, asked: AskedQuery): Answer {
		const command = kind === 'commit' ? 'COMMIT' : 'ROLLBACK';
		if (isChained) {
			throw onlyInTransaction(`${command} AND CHAIN`);
		}

		this.#onNotice(noTransaction());
		return asked.answer(command);
	}

	async #sendOne(turn: Turn, text: string, asked: AskedQuery): Promise<Answer> {
		return [await this.send(turn, text, asked.part(text))].flat()[0]!;
	}

	#assertLevel(asked: Extract<Control, {kind: 'begin'}>['level']): void {
		const {isolationLevel, inClone} = this.#gate;
		if (asked !== undefined && asked !== isolationLevel) {
			throw isolationMismatch(asked, {inForce: isolationLevel, inClone});
		}
	}
}
