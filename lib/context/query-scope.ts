import {AsyncLocalStorage} from 'node:async_hooks';

/** The statements of one piece of code, and of the pieces around it. */
interface QueryScope {
	readonly texts: string[];
	readonly outer: QueryScope | undefined;
}

/** Which piece of code the statement that is being sent belongs to: modules are all that contexts and tests share. */
const scopes = new AsyncLocalStorage<QueryScope>();

/** BEGIN, COMMIT, savepoints and the like, alone in their text. */
const control = /^\s*(?:begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|set\s+transaction)\b[^;]*;?\s*$/i;

/** True for a text that controls a transaction and does nothing else: it is not counted as a statement, whoever sends it. */
export function isTransactionControl(text: string): boolean {
	return control.test(text);
}

/**
 * Tells that a statement of the code under test is being sent. A context has to call it in the user's own chain of calls, before
 * anything else is waited for: that is how a statement is told from those of code that runs beside.
 */
export function noteSent(text: string): void {
	for (let scope = scopes.getStore(); scope && !isTransactionControl(text); scope = scope.outer) {
		scope.texts.push(text);
	}
}

/** Runs something, and gives the statements that it sent, whatever else was sent meanwhile. What it still sends after its end is not among them. */
export async function collectQueries<T>(action: () => T | Promise<T>): Promise<{result: T; texts: readonly string[]}> {
	const scope: QueryScope = {texts: [], outer: scopes.getStore()};
	const result = await scopes.run(scope, action);
	return {result, texts: [...scope.texts]};
}
