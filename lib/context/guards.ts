import {randomBytes} from 'node:crypto';

/** In names that no code under test has. */
const suffix = randomBytes(4).toString('hex');
const base = `tdd_base_${suffix}`;
const guard = `tdd_statement_${suffix}`;
const checkpoint = `tdd_check_${suffix}`;
/** The savepoint behind which a transaction is looked at. */
export const look = `tdd_look_${suffix}`;

/** How many guards are set one inside the other before they are released together: fewer would cost more, more would use memory. */
const guardsPerBase = 16;

/** The savepoint of a user transaction, by how deep it lies. */
export function levelName(depth: number): string {
	return `tdd_level_${depth}_${suffix}`;
}

/** Checks deferred constraints as a COMMIT does, and leaves the way they are checked as it was. */
export const checkConstraints = `savepoint ${checkpoint}; set constraints all immediate; rollback to savepoint ${checkpoint}`;

/** Sets the first guard. */
export const setBase = `savepoint ${base}`;

/**
 * The savepoints that guard statements outside of user transactions: a failed statement goes back to the newest one. Each lies
 * above the one before, and now and then all of them are released.
 */
export class Guards {
	#count = 0;

	/** How many guards lie above the base; to be put back when the server did not set one. */
	get count(): number {
		return this.#count;
	}

	set count(count: number) {
		this.#count = count;
	}

	/** The statement that goes back to where the last statement that succeeded ended. */
	get goBack(): string {
		return `rollback to savepoint ${this.#count > 0 ? guard : base}`;
	}

	/** The statements that set a guard behind what was done. */
	move(): string {
		this.#count = (this.#count + 1) % guardsPerBase;
		return this.#count === 0 ? this.renew() : setGuard;
	}

	/** The statements that release all guards, do something below them, and begin anew. */
	renew(between = ''): string {
		this.#count = 0;
		return `release savepoint ${base}; ${between && `${between}; `}${setBase}`;
	}
}

const setGuard = `savepoint ${guard}`;
