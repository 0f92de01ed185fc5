import type {CollectedStatement} from './recorder.ts';

/** SQLSTATEs after which a transaction is tried again: a serialization failure, a deadlock. */
const retried = new Set(['40001', '40P01']);

/** One call of a statement. */
interface Call {
	readonly collected: Pick<CollectedStatement, 'origins' | 'retried'>;
	readonly origin: Error;
}

/** What was sent in one transaction: of each statement, how often, and the places that are kept. */
type Calls = Map<Call['collected'], {count: number; readonly origins: Set<Error>}>;

/** The transactions of a test that failed in a way after which they are tried again: what was sent in them is then no repetition. */
export class Retries {
	readonly #calls = new WeakMap<object, Calls>();
	#count = 0;

	/** How many there were. */
	get count(): number {
		return this.#count;
	}

	/** Remembers a call, right after its place was kept, if it was; one in a transaction of its own need not be remembered. */
	add(transaction: object | undefined, {collected, origin}: Call): void {
		if (transaction) {
			const calls = this.#calls.get(transaction) ?? new Map() as Calls;
			this.#calls.set(transaction, calls);
			const use = calls.get(collected) ?? {count: 0, origins: new Set()};
			calls.set(collected, use);
			use.count++;
			if (collected.origins.at(-1) === origin) {
				use.origins.add(origin);
			}
		}
	}

	/** Looks at an error, of a call or of what only controls a transaction. */
	fail(error: unknown, {transaction, call}: {transaction: object | undefined; call?: Call}): void {
		if (!retried.has((error as {code?: string}).code ?? '')) {
			return;
		}

		this.#count++;
		const own: Calls = new Map(call && [[call.collected, {count: 1, origins: new Set([call.origin])}]]);
		for (const [collected, {count, origins}] of (transaction && this.#calls.get(transaction)) ?? own) {
			collected.retried += count;
			collected.origins = collected.origins.filter(origin => !origins.has(origin));
		}

		if (transaction) {
			this.#calls.delete(transaction);
		}
	}
}
