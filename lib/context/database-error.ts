interface DatabaseError extends Error {
	readonly code?: string;
	readonly severity?: string;
}

/** True for an error that PostgreSQL reported, as opposed to one of the socket or of the client. */
export function isFromServer(error: unknown): error is DatabaseError {
	return typeof (error as DatabaseError).severity === 'string';
}

/** SQLSTATE 25P02: an earlier statement has failed, so a COMMIT rolls back. */
export function isAborted(error: unknown): boolean {
	return (error as DatabaseError).code === '25P02';
}

/** SQLSTATEs 25P01 and 3B001: a savepoint that was set is gone, and with it the transaction it was set in. */
export function isGone(error: unknown): boolean {
	return isFromServer(error) && (error.code === '25P01' || error.code === '3B001');
}

/** Class 57P, a socket that failed, or a client that says it cannot be used any more. */
export function endsSession(error: unknown): boolean {
	const {code = '', message} = error as DatabaseError;
	return /^(?:57P0[1-4]|ECONNRESET|EPIPE|ETIMEDOUT)$/.test(code) || /^(?:Connection terminated|Client (?:has encountered|was closed))/.test(message);
}
