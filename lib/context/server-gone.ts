import {HarnessError} from '../errors.ts';

/**
 * Of sockets that lead nowhere, and of servers that end, crash, start or recover; 3D000 is a database that went with its keeper. 28P01:
 * a throwaway server that recovers from a crash has lost its last commits, the one that gave it its password among them.
 */
const codes = /^(?:ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|57P0[1-5]|3D000|28P01)$/;

/** True for an error of a connection attempt, or of a request to the keeper, which says that the server, or the keeper with it, has gone. */
export function isServerGone(error: unknown): boolean {
	if (error instanceof HarnessError) {
		return error.code === 'ERR_SERVER_LOST' || error.code === 'ERR_KEEPER_LOST';
	}

	const {code, message} = error as Error & {code?: string};
	return codes.test(code ?? '') || /^(?:Connection terminated|timeout expired|\[birpc\] rpc is closed)/.test(message);
}
