import {ContextError} from '../errors.ts';

/** What runs after a commit. */
export type CommitHook = () => unknown;

/** One open user transaction: the callbacks that wait for it, and how many there were at each of its savepoints, in their order. */
interface Level {
	readonly hooks: CommitHook[];
	readonly marks: Array<{readonly name: string; readonly count: number}>;
}

/** What happens to a savepoint. */
export type SavepointVerb = 'savepoint' | 'rollback to savepoint' | 'release savepoint';

/**
 * Callbacks that wait for the outermost user transaction to commit. A level that is rolled back takes its callbacks with it,
 * and a savepoint that is gone back to those that came after it; outside of any transaction they run at once, as after an automatic commit.
 */
export class CommitHooks {
	readonly #levels: Level[] = [];

	async add(hook: CommitHook): Promise<void> {
		const level = this.#levels.at(-1);
		if (level) {
			level.hooks.push(hook);
		} else {
			await runHooks([hook]);
		}
	}

	begin(): void {
		this.#levels.push({hooks: [], marks: []});
	}

	rollback(): void {
		this.#levels.pop();
	}

	/** Follows a savepoint of the innermost level. Names are PostgreSQL's: of two that are the same, the later one is meant. */
	follow(verb: SavepointVerb, name: string): void {
		const level = this.#levels.at(-1);
		if (!level) {
			return;
		}

		const {hooks, marks} = level;
		const place = marks.findLastIndex(mark => mark.name === name);
		if (verb === 'savepoint') {
			marks.push({name, count: hooks.length});
		} else if (place !== -1) {
			const isUndone = verb === 'rollback to savepoint';
			hooks.splice(isUndone ? marks[place]!.count : hooks.length);
			marks.splice(isUndone ? place + 1 : place);
		}
	}

	/** Ends a level; the callbacks that its end sets free are due, and wait for {@link runHooks}. */
	commit(): CommitHook[] {
		const hooks = this.#levels.pop()?.hooks ?? [];
		const outer = this.#levels.at(-1);
		outer?.hooks.push(...hooks);
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
