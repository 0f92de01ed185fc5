import {ContextError} from '../errors.ts';
import type {TakenRole} from '../postgres/roles.ts';

/** The harness's transaction was ended by the code under test. */
export function committed(statement: string | undefined, inClone: string): ContextError {
	return new ContextError('ERR_CONTEXT_COMMITTED', {
		what: `The transaction of this test was ended${statement ? ` by \`${shorten(statement)}\`` : ''}.`,
		why: 'A rollback context lives in one transaction, and something in this test sent COMMIT, ROLLBACK or a procedure that commits as text; what it wrote may have stayed, so its database is being replaced.',
		fix: `Use db.transaction() or db.startTransaction(), or send BEGIN and COMMIT through the context's \`pool\`: these nest. ${inClone}`,
	});
}

/** A deferred constraint does not hold at the end of the test. */
export function constraintViolated(cause: Error & {constraint?: string; table?: string; detail?: string}): ContextError {
	return new ContextError('ERR_CONTEXT_CONSTRAINT', {
		what: `At the end of this test the deferred constraint ${cause.constraint ?? ''} of table ${cause.table ?? ''} does not hold: ${cause.message}.`,
		why: `${cause.detail ?? 'A row points to one that is not there.'} In production the COMMIT would have failed.`,
		fix: 'Insert the missing row before the end of the test, or expect the error from db.transaction().',
		cause,
	});
}

/** A statement was sent through a context whose test is over. */
export function closed(statement: string): ContextError {
	return new ContextError('ERR_CONTEXT_CLOSED', {
		what: `\`${shorten(statement)}\` was sent after the end of its test.`,
		why: 'A promise was not awaited, or a timer or an event still held the context.',
		fix: 'Await all work before the test ends; eslint rule no-floating-promises finds such places.',
	});
}

/** A query waits for a transaction that waits for the query. */
export function deadlock(statement: string | undefined, inClone: string): ContextError {
	return new ContextError('ERR_CONTEXT_DEADLOCK', {
		what: `A query on \`db\` waits for a transaction to end that itself waits for the query${statement ? ` (\`${shorten(statement)}\`)` : ''}.`,
		why: 'It was sent on `db` inside of the callback of db.transaction() or db.connection(), before a startTransaction() was committed, or while a stream was read. In production it would run on another connection and not see what the transaction wrote.',
		fix: `Send it on the \`trx\` that the callback gets. If another connection is what you want to test: ${inClone}`,
	});
}

/** An isolation level was asked for inside the transaction of the test. */
export function isolationMismatch(asked: string, {inForce, inClone}: {inForce: string; inClone: string}): ContextError {
	return new ContextError('ERR_CONTEXT_ISOLATION', {
		what: `The code under test asked for a transaction at '${asked}', and this test runs at '${inForce}'.`,
		why: 'In a rollback context transactions are savepoints, which have the isolation level of the test.',
		fix: `Write .with({isolationLevel: '${asked}'}) behind the fixture of this test. To test real conflicts: ${inClone}`,
	});
}

/** SQLSTATEs of statements that a transaction does not allow. */
const transactionOnly: Readonly<Record<string, string>> = {
	25_001: 'PostgreSQL refuses this statement inside of a transaction, and a rollback context is one',
	'55P04': 'A value added to an enum can be used only after a commit',
};

/** Adds to an error of PostgreSQL what is special about rollback contexts; other errors pass unchanged. */
export function explainStatement(error: Error & {code?: string}, {statement, inClone}: {statement: string; inClone: string}): Error {
	const why = transactionOnly[error.code ?? ''];
	return why === undefined ? error : new ContextError('ERR_CONTEXT_STATEMENT', {
		what: `\`${shorten(statement)}\` cannot run in a rollback context: ${error.message}.`,
		why: `${why}.`,
		fix: inClone,
		cause: error,
	});
}

const shownRoles = 20;

/** A test cannot run as the role it asks for. */
export function roleRefused({name, known}: TakenRole, cause: Error): ContextError {
	const isKnown = known.some(role => role.name === name);
	const others = [...known.slice(0, shownRoles).map(role => role.name), ...(known.length > shownRoles ? ['...'] : [])];
	return new ContextError('ERR_CONTEXT_ROLE', {
		what: `This test cannot run as the role '${name}': ${cause.message}.`,
		why: isKnown
			? 'The user that the harness connects as is no superuser and no member of it, or a setting of the role is refused.'
			: `No file of the schema has made it, or its name is spelled differently; there are: ${others.join(', ')}.`,
		fix: isKnown
			? `Run on the server: grant "${name}" to current_user`
			: `Make it in the schema, "create role ${name}", or correct .with({role: '${name}'}) or the option 'role'.`,
		cause,
	});
}

/** The connection of a test was lost. */
export function connectionLost(statement: string, cause: Error): ContextError {
	return new ContextError('ERR_CONTEXT_CONNECTION', {
		what: `The connection of this test ended during \`${shorten(statement)}\`: ${cause.message}.`,
		why: 'Its backend was terminated, or the server ended.',
		fix: 'The next test gets a new connection. If nothing in this test does it on purpose, `dataflow-tdd status` names the log that says more.',
		cause,
	});
}

/** Something that a test opened is still open at its end. */
export interface Leak {
	readonly what: string;
	/** Where it was opened. */
	readonly stack: string;
}

/** A test ended with things still open. */
export function leaked(leaks: readonly Leak[]): ContextError {
	const list = leaks.map(({what, stack}) => stack ? `${what}\n${stack}` : what).join('\n');
	return new ContextError('ERR_CONTEXT_LEAKED', {
		what: `At the end of this test ${leaks.length === 1 ? 'something was' : `${leaks.length} things were`} still open:\n${list}\n`,
		why: 'It was not awaited, committed, rolled back, released or dropped before the test ended.',
		fix: 'Await it, or end or drop it in a `finally`.',
	});
}

/** A statement on one line, cut to what a message can hold. */
export function shorten(statement: string): string {
	const line = statement.replaceAll(/\s+/g, ' ').trim();
	return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}
