import {closed} from './errors.ts';
import type {Gate} from './gate.ts';

/** A point inside of a test to which it can go back. */
export interface ContextSavepoint extends AsyncDisposable {
	/** Undoes everything since the savepoint; it can be gone back to again. */
	rollback(): Promise<void>;
	/** Keeps everything since the savepoint and forgets it. */
	release(): Promise<void>;
}

let count = 0;

async function rejectReleased(): Promise<never> {
	throw closed('ROLLBACK TO a savepoint that was released');
}

async function inTurn(gate: Gate, action: () => Promise<unknown>): Promise<void> {
	const turn = await gate.take();
	try {
		await gate.during(turn, 'SAVEPOINT', action);
	} finally {
		gate.end(turn);
	}
}

/**
 * Sets a savepoint that outlasts the statements after it. Each statement lies in a savepoint of its own, so this one is made
 * of a level below them.
 */
export async function createSavepoint(gate: Gate): Promise<ContextSavepoint> {
	const name = `tdd_user_${++count}`;
	let isOpen = true;
	await inTurn(gate, async () => gate.transaction.mark(name));
	const release = async (): Promise<void> => {
		if (isOpen) {
			isOpen = false;
			await inTurn(gate, async () => gate.transaction.unmark(name));
		}
	};

	return {
		rollback: async () => isOpen ? inTurn(gate, async () => gate.transaction.returnTo(name)) : rejectReleased(),
		release,
		[Symbol.asyncDispose]: release,
	};
}
