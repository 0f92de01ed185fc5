import type {StatementEnd} from '../observer.ts';

/** What pg tells a query of: one of its own, a cursor, a stream, a COPY. */
interface Handlers {
	submit(connection: unknown): unknown;
	handleDataRow?(message: unknown): unknown;
	handleCommandComplete?(message: {text?: string}, connection: unknown): unknown;
	handleReadyForQuery?(connection: unknown): unknown;
	handleError?(error: unknown, connection: unknown): unknown;
}

/** True for what pg takes as it is: it has no promise, and may have no callback. */
export function isSubmittable(query: unknown): query is Handlers {
	return typeof (query as Handlers | undefined)?.submit === 'function';
}

/** Tells how something that pg takes as it is has ended, right before it hears of that itself. */
export function followSubmitted(query: Handlers, end: StatementEnd): void {
	const rows = new RowCount();
	before(query, 'handleDataRow', () => {
		rows.add();
	});
	before(query, 'handleCommandComplete', message => {
		rows.complete((message as {text?: string}).text);
	});
	before(query, 'handleReadyForQuery', () => {
		end({rows: rows.total});
	});
	before(query, 'handleError', error => {
		end({rows: rows.total, error});
	});
}

/** Does something right before a method of this one object is called. */
function before(query: Handlers, name: keyof Handlers, action: (given: unknown) => void): void {
	const method = query[name] as ((...given: unknown[]) => unknown) | undefined;
	if (typeof method === 'function') {
		Object.defineProperty(query, name, {configurable: true, writable: true, value(...given: unknown[]) {
			action(given[0]);
			return method.apply(query, given);
		}});
	}
}

/** Rows returned or changed: a cursor's tag counts the last batch only, that of an INSERT rows which never came. */
class RowCount {
	#arrived = 0;
	#completed = 0;

	add(): void {
		this.#arrived++;
	}

	/** Takes the tag of a statement that is done, such as `INSERT 0 3`. */
	complete(tag = ''): void {
		this.#completed += Math.max(this.#arrived, Number(/\d+$/.exec(tag)?.[0] ?? 0));
		this.#arrived = 0;
	}

	get total(): number {
		return this.#completed + this.#arrived;
	}
}
