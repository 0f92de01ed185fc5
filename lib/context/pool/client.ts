import process from 'node:process';
import pg from 'pg';
import type {Client} from '../../postgres/client.ts';
import type {PgQuery, Submittable} from '../../postgres/wire.ts';
import {runHooks} from '../commit-hooks.ts';
import type {Gate} from '../gate.ts';
import {captureOrigin} from '../origin.ts';
import type {Turn} from '../turns.ts';
import type {Notice} from './as-postgres.ts';
import {planOf} from './plan.ts';
import {PoolSession, type Answer} from './session.ts';
import {noteOrigin, traced} from './trace.ts';

/** What all clients of a pool share. */
export interface ClientHost {
	readonly gate: Gate;
	/** The connection of the test, on which everything runs. */
	readonly connection: Client;
	/** Told when a client sends something, so that notices find their way. */
	readonly onSend: (client: ContextClient) => void;
}

/** What pg keeps in a query besides its types. */
interface QueryParts {
	readonly text?: string;
	readonly values?: unknown;
	readonly name?: unknown;
	readonly types?: unknown;
	readonly queryMode?: unknown;
	readonly binary?: unknown;
	readonly rows?: unknown;
	callback?: ((error: Error | null, answer?: Answer | Answer[]) => void) | undefined;
	_rowMode: string;
	_result: Answer & {_types: typeof pg.types};
	handleError(error: Error, connection: unknown): void;
	emit(event: string, ...given: unknown[]): boolean;
}

const isPlain = (query: PgQuery | Submittable): query is PgQuery => query instanceof pg.Query && !(query as unknown as QueryParts).rows;

/**
 * A client of pg that has no connection of its own: what it is asked runs in the transaction of the test. Everything up to
 * the queue (the forms of a query, promises, time-outs, types) is pg's own; this class takes over where pg would write to its socket.
 */
export class ContextClient extends pg.Client {
	/** Where it was taken from the pool. */
	takenAt: Error | undefined;
	/** True when the pool took it for one query, which was asked for in the same place. */
	isTakenForQuery = false;
	readonly #host: ClientHost;
	readonly #session: PoolSession;
	/** Held from BEGIN to its end. */
	#turn: Turn | undefined;
	/** Settles when everything that was asked so far is answered. */
	#last: Promise<unknown> = Promise.resolve();

	constructor(host: ClientHost) {
		const {host: address, port, user, database, connection} = host.connection;
		super({host: address, port, user, database, connection} as pg.ClientConfig);
		this.#host = host;
		this.#session = new PoolSession({
			gate: host.gate,
			onNotice: notice => {
				this.emit('notice', notice);
			},
		});
		const {processID, secretKey} = host.connection as unknown as {processID: number; secretKey: number};
		Object.assign(this, {processID, secretKey});
	}

	/** True while a transaction that its text has begun is open. */
	get isInTransaction(): boolean {
		return this.#session.isOpen;
	}

	/** Called by pg's `connect`, in both of its forms. */
	_connect(callback: (error: Error | null, client?: this) => void): void {
		Object.assign(this, {_connected: true, _txStatus: 'I'});
		process.nextTick(() => {
			callback(null, this);
			this.emit('connect');
		});
	}

	/** Called by pg when something was put into its queue. */
	_pulseQueryQueue(): void {
		const {_queryQueue: queue} = this as unknown as {_queryQueue: Array<PgQuery | Submittable>};
		for (const query of queue.splice(0)) {
			const origin = this.#originOfQuery();
			const before = this.#last;
			this.#last = isPlain(query) ? this.#answer(query, {before, origin}) : this.#lend(query, {before, origin});
		}
	}

	/** In all forms that pg has; a promise is the only one whose errors need a trace. */
	override query(...given: any[]): any {
		const result: unknown = super.query(...given as Parameters<pg.Client['query']>);
		return result instanceof Promise ? traced(result) : result;
	}

	override end(callback?: (error: Error) => void): Promise<void> {
		Object.assign(this, {_ending: true});
		const ended = this.#end();
		if (callback) {
			void ended.then(() => {
				callback(undefined as never);
			});
		}

		return ended;
	}

	ref(): void {
		// The connection is the test's, which keeps the process alive while it waits for an answer.
	}

	unref(): void {
		// As above.
	}

	/** The connection of the test is gone. What is asked from now on is still sent there, for an error that says so by name. */
	lose(error: Error): void {
		this.#session.lose();
		if (this.#turn) {
			this.#giveBack(this.#turn);
		}

		if (this.listenerCount('error') > 0) {
			this.emit('error', error);
		}

		this.emit('end');
	}

	forward(notice: Notice): void {
		this.emit('notice', notice);
	}

	/** Remembering a place costs 5 µs, so it is done once a query. */
	#originOfQuery(): Error {
		return this.isTakenForQuery && this.takenAt ? this.takenAt : Object.assign(captureOrigin(), {cause: this.takenAt});
	}

	async #end(): Promise<void> {
		await this.#last;
		const turn = this.#turn;
		if (turn) {
			await this.#session.abandon(turn).catch(() => {});
			this.#giveBack(turn);
		}

		this.emit('end');
	}

	/** Runs a query behind those before it, and tells its asker in the way pg does. */
	async #answer(query: PgQuery, {before, origin}: {before: Promise<unknown>; origin: Error}): Promise<void> {
		const {text = ''} = query as unknown as QueryParts;
		await before;
		const parts = query as unknown as QueryParts;
		try {
			const answers = await this.#inTurn(origin, async turn => this.#run(turn, query, text));
			parts.callback?.(null, answers);
			parts.emit('end', answers);
		} catch (error) {
			noteOrigin(error, origin);
			parts.handleError(error as Error, undefined);
		}
	}

	async #run(turn: Turn, query: PgQuery, text: string): Promise<Answer | Answer[]> {
		const plan = planOf(text);
		const steps = plan instanceof Promise ? await plan : plan;
		if (!steps) {
			return this.#session.send(turn, text, copyOf(query));
		}

		const answers = await this.#session.run(turn, steps, {
			part: part => copyOf(query, part),
			answer: command => Object.assign(resultOf(query), {command}),
		});
		return answers.length === 1 ? answers[0]! : answers;
	}

	async #lend(query: Submittable, {before, origin}: {before: Promise<unknown>; origin: Error}): Promise<void> {
		await before;
		const {text = (query as {cursor?: {text?: string}}).cursor?.text ?? 'a cursor or a COPY'} = query as {text?: string};
		try {
			await this.#inTurn(origin, async turn => this.#host.gate.lend(turn, query, text));
		} catch (error) {
			(query as unknown as QueryParts).handleError(error as Error, this.#host.connection.connection);
		}
	}

	/** Does something in the turn that a transaction holds, or in one of its own. */
	async #inTurn<T>(origin: Error, action: (turn: Turn) => Promise<T>): Promise<T> {
		const turn = this.#turn ?? await this.#host.gate.take(origin);
		turn.sentFrom = origin;
		this.#host.onSend(this);
		try {
			return await action(turn);
		} finally {
			Object.assign(this, {_txStatus: this.#session.status});
			if (this.#session.isOpen) {
				this.#turn = turn;
			} else {
				this.#giveBack(turn);
			}

			// Callbacks may query, so the connection is given back before they run.
			await runHooks(this.#session.takeHooks());
		}
	}

	#giveBack(turn: Turn): void {
		this.#turn = undefined;
		this.#host.gate.end(turn);
	}
}

/**
 * The same query, to be sent once: pg may have answered the asker already, because of a time-out, and an answer must come to us all the same.
 * What it tells its listeners of rows reaches those of the query itself.
 */
function copyOf(query: PgQuery, part?: string): PgQuery {
	const {text, values, name, types, queryMode, binary, _rowMode: rowMode, _result: {_types: parsers}} = query as unknown as QueryParts;
	const copy = new pg.Query({text: part ?? text, values, name, types, queryMode, binary, rowMode} as pg.QueryConfig);
	const {_result: result} = copy as unknown as QueryParts;
	Object.assign(result, {_types: parsers});
	if (query.listenerCount('row') > 0) {
		copy.on('row', (row, result) => void query.emit('row', row, result));
	}

	return copy;
}

/** An empty result, as pg makes it for a query. */
function resultOf(query: PgQuery): Answer {
	const {_rowMode: rowMode, _result: {_types: types}} = query as unknown as QueryParts;
	return new pg.Result(rowMode, types);
}
