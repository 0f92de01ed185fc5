import pg from 'pg';

/** Of a result, what contexts use. */
export interface WireResult {
	/** The command's tag, such as `INSERT`. */
	readonly command: string;
	readonly rowCount: number | null;
	readonly rows: Array<Record<string, unknown>>;
	/** The transaction status that the server reported with this very answer: idle, in a transaction, or in a failed one. */
	readonly status: 'I' | 'T' | 'E' | null;
}

type Callback = (error: Error | null, result: pg.QueryResult | pg.QueryResult[]) => void;

/**
 * Sends a statement without waiting for the answers of earlier ones. The status is read in the callback itself: by the time
 * a promise goes on, later answers may have overwritten it.
 */
export function send(client: pg.Client, text: string, values?: readonly unknown[]): Promise<WireResult> {
	return new Promise((resolve, reject) => {
		const callback: Callback = (error, result) => {
			if (error) {
				reject(error);
				return;
			}

			// Several statements in one text have one result each; the last one is what a caller of one text wants.
			const last = Array.isArray(result) ? result.at(-1)! : result;
			resolve({command: last.command, rowCount: last.rowCount, rows: last.rows as WireResult['rows'], status: (client as unknown as {getTransactionStatus(): WireResult['status']}).getTransactionStatus()});
		};

		if (values === undefined || values.length === 0) {
			void client.query(text, callback as never);
		} else {
			client.query(text, values as unknown[], callback as never);
		}
	});
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
