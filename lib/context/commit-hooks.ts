import {ContextError} from '../errors.ts';

/** What runs after a commit. */
export type CommitHook = () => unknown;

/**
 * Callbacks that wait for the outermost user transaction to commit. A level that is rolled back takes its callbacks with it;
 * outside of any transaction they run at once, as after an automatic commit.
 */
export class CommitHooks {
	/** One list for each open level of user transactions. */
	readonly #levels: CommitHook[][] = [];

	async add(hook: CommitHook): Promise<void> {
		const level = this.#levels.at(-1);
		if (level) {
			level.push(hook);
		} else {
			await runHooks([hook]);
		}
	}

	begin(): void {
		this.#levels.push([]);
	}

	rollback(): void {
		this.#levels.pop();
	}

	/** Ends a level; the callbacks that its end sets free are due, and wait for {@link runHooks}. */
	commit(): CommitHook[] {
		const hooks = this.#levels.pop() ?? [];
		const outer = this.#levels.at(-1);
		outer?.push(...hooks);
		return outer ? [] : hooks;
	}
}

/**
 * Runs callbacks that are due, one after the other, when the transaction is over and the connection is free for them.
 * @throws {ERR_CONTEXT_HOOK} when a callback throws; the others run all the same
 */
export async function runHooks(hooks: readonly CommitHook[]): Promise<void> {
	const errors: unknown[] = [];
	for (const hook of hooks) {
		try {
			await hook();
		} catch (error) {
			errors.push(error);
		}
	}

	if (errors.length > 0) {
		throw new ContextError('ERR_CONTEXT_HOOK', {
			what: `${errors.length} of ${hooks.length} onCommit callbacks failed: ${(errors[0] as Error).message}.`,
			why: 'The transaction itself is committed; what the callbacks were to do afterwards is not done.',
			fix: 'Correct the callback, or catch the error in it.',
			cause: errors[0],
		});
	}
}
