import type {ErrorCode} from '../errors.ts';

/** Codes that say that there is nothing to run tests on, through no fault of the project. */
const codes: ReadonlySet<ErrorCode> = new Set(['ERR_SERVER_UNAVAILABLE', 'ERR_SERVER_ENGINE', 'ERR_SERVER_IMAGE']);

/** What Node says of a host that does not answer, and what pg says of one that accepts a connection and then is silent. */
const unreachable = /\b(?:ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENOENT)\b|^timeout expired$/;

/** True for the reason that a connection failed with. Of one that has come from the keeper there is only the message. */
function isUnreachable({message, code = ''}: Error & {code?: string}): boolean {
	return unreachable.test(message) || unreachable.test(code);
}

/**
 * True for an error that says that no server can be had on this machine: no engine and no binaries, an image that cannot be
 * fetched, a host that does not answer. A wrong password or a broken schema is none: there something has to be mended.
 */
export function isUnavailable(error: unknown): error is Error {
	if (!(error instanceof Error)) {
		return false;
	}

	const {code, cause} = error as Error & {code?: ErrorCode};
	return code !== undefined && (codes.has(code) || (code === 'ERR_SERVER_URL' && cause instanceof Error && isUnreachable(cause)));
}
