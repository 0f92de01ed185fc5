import pg from 'pg';

/** Of a result, what contexts use. */
export interface WireResult {
	/** The command's tag, such as `INSERT`. */
	readonly command: string;
	readonly rowCount: number | null;
	readonly rows: Array<Record<string, unknown>>;
	/** The transaction status that the server reported with this very answer: idle, in a transaction, or in a failed one. */
	readonly status: 'I' | 'T' | 'E' | null;
	/** What pg itself gives: one result, or one for each statement of the text. */
	readonly answer: pg.QueryResult | pg.QueryResult[];
}

/** A query as pg sends it. */
export type PgQuery = pg.Query;
/** Anything that pg can send: a query, a cursor, a COPY. */
export type Submittable = pg.Submittable;

type Callback = (error: Error | null, result: pg.QueryResult | pg.QueryResult[]) => void;

/**
 * Sends a statement without waiting for the answers of earlier ones. The status is read in the callback itself: by the time
 * a promise goes on, later answers may have overwritten it.
 */
export function send(client: pg.Client, statement: string | pg.Query, values?: readonly unknown[]): Promise<WireResult> {
	return new Promise((resolve, reject) => {
		const callback: Callback = (error, result) => {
			if (error) {
				reject(error);
				return;
			}

			// Several statements in one text have one result each; the last one is what a caller of one text wants.
			const last = Array.isArray(result) ? result.at(-1)! : result;
			resolve({command: last.command, rowCount: last.rowCount, rows: last.rows as WireResult['rows'], status: client.getTransactionStatus(), answer: result});
		};

		if (typeof statement !== 'string') {
			client.query(Object.assign(statement, {callback}));
		} else if (values === undefined || values.length === 0) {
			void client.query(statement, callback as never);
		} else {
			client.query(statement, values as unknown[], callback as never);
		}
	});
}

/** Sends one statement in the extended protocol, whether it has values or not: PostgreSQL then refuses a text that holds several. */
export function sendExtended(client: pg.Client, text: string, values: readonly unknown[]): Promise<WireResult> {
	return send(client, new pg.Query({text, values: [...values], queryMode: 'extended'} as pg.QueryConfig));
}

interface Handlers {
	handleRowDescription(): void;
	handleDataRow(): void;
	handleCommandComplete(): void;
	handleReadyForQuery(): void;
	handleError(error: Error): void;
}

/** A query whose answers nobody reads: it makes no result, which is most of what a statement costs on this side. */
class ControlQuery extends (pg.Query as unknown as new (text: string) => Handlers) implements Handlers {
	readonly #onError: (error: Error) => void;

	constructor(text: string, onError: (error: Error) => void) {
		super(text);
		this.#onError = onError;
	}

	override handleRowDescription(): void {}
	override handleDataRow(): void {}
	override handleCommandComplete(): void {}
	override handleReadyForQuery(): void {}
	override handleError(error: Error): void {
		this.#onError(error);
	}
}

/** Sends statements without parameters whose success is nobody's concern. */
export function sendControl(client: pg.Client, text: string, onError: (error: Error) => void): void {
	const query = new ControlQuery(text, onError);
	client.query(Object.assign(query, {callback() {}}) as never);
}

/** Sends what `write` sends as one packet. */
export function sendTogether<T>(client: pg.Client, write: () => T): T {
	const {stream} = (client as unknown as {connection: {stream: {cork(): void; uncork(): void}}}).connection;
	stream.cork();
	try {
		return write();
	} finally {
		stream.uncork();
	}
}

/** Forgets the named statements that a client believes to be prepared: `DEALLOCATE ALL` has removed them on the server. */
export function forgetStatements(client: pg.Client): void {
	const {connection} = client as unknown as {connection: {parsedStatements: Record<string, string>; submittedNamedStatements: Record<string, string>}};
	connection.parsedStatements = {};
	connection.submittedNamedStatements = {};
}

/** A query that has the connection for itself: what it was, and what became of it. */
export interface LentResult {
	/** The transaction status after it. */
	readonly status: WireResult['status'];
	readonly hasFailed: boolean;
}

/** Told when such a query waits for its reader, or for its writer. */
export type Pause = () => void;

/**
 * Sends a query that cannot share a pipelining connection, such as a cursor of the protocol or a COPY, and returns when the server
 * is done with it.
 */
export async function sendAlone(client: pg.Client, query: pg.Submittable, onPause: Pause): Promise<LentResult> {
	const {connection} = client;
	// Everything sent before is answered when this is.
	await send(client, '');
	const done = Promise.withResolvers<void>();
	let hasFailed = false;
	const fail = (): void => {
		hasFailed = true;
	};
	const pauses = ['portalSuspended', 'copyInResponse'] as const;
	connection.on('errorMessage', fail);
	for (const event of pauses) {
		connection.on(event, onPause);
	}

	client.once('drain', done.resolve);
	client.once('end', done.resolve);
	setPipelining(client, false);
	try {
		client.query(query);
		await done.promise;
		return {status: client.getTransactionStatus(), hasFailed};
	} finally {
		setPipelining(client, true);
		client.removeListener('drain', done.resolve);
		client.removeListener('end', done.resolve);
		connection.removeListener('errorMessage', fail);
		for (const event of pauses) {
			connection.removeListener(event, onPause);
		}
	}
}

function setPipelining(client: pg.Client, pipeline: boolean): void {
	Object.assign(client, {pipeline});
}
