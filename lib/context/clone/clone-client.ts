import pg from 'pg';
import {traceToUser} from '../origin.ts';

interface Activity {
	/** The last statement that was sent. */
	statement: string | undefined;
	/** How many statements have no answer yet. */
	pending: number;
	/** True if it was asked to listen. */
	hasListened: boolean;
}

/** A connection of a clone context: it remembers what it was used for, and its errors show the line that sent the statement. */
export class CloneClient extends pg.Client {
	readonly activity: Activity = {statement: undefined, pending: 0, hasListened: false};

	// Callbacks, query objects and cursors are all taken by the one method of pg; here it only looks on.
	override query(...given: any[]): any {
		const [query] = given as [string | {text?: string} | undefined];
		const text = typeof query === 'string' ? query : query?.text;
		this.activity.statement = text ?? this.activity.statement;
		this.activity.hasListened ||= /\blisten\b/i.test(text ?? '');
		const answer: unknown = super.query(...given as [string]);
		return answer instanceof Promise ? follow(this, answer) : answer;
	}
}

async function follow({activity}: CloneClient, answer: Promise<unknown>): Promise<unknown> {
	activity.pending++;
	try {
		return await answer;
	} catch (error) {
		traceToUser(error as Error, follow);
		keepStack(error as Error);
		throw error;
	} finally {
		activity.pending--;
	}
}

/** Kysely would add its own frames behind those of the user. */
function keepStack(error: Error): void {
	const {stack} = error;
	Object.defineProperty(error, 'stack', {configurable: true, get: () => stack, set() {}});
}
