import pg from 'pg';

/** A notice as pg's 'notice' event gives it, as far as it matters. */
export interface Notice {
	readonly name: 'notice';
	readonly severity: string;
	readonly code: string;
	readonly message: string;
}

/** What PostgreSQL says to COMMIT or ROLLBACK outside of a transaction. */
export function noTransaction(): Notice {
	return {name: 'notice', severity: 'WARNING', code: '25P01', message: 'there is no transaction in progress'};
}

/** PostgreSQL's refusal of a statement that makes sense in a transaction only. */
export function onlyInTransaction(command: string): Error {
	const message = `${command} can only be used in transaction blocks`;
	return Object.assign(new pg.DatabaseError(message, message.length, 'error'), {severity: 'ERROR', code: '25P01'});
}
