/** The first message of a client. */
export interface Startup {
	readonly kind: 'encryption' | 'start' | 'other';
	readonly lengthBytes: number;
	/** What a client says of itself: user, database, application_name. Empty but for 'start'. */
	readonly parameters: Readonly<Record<string, string>>;
}

const headBytes = 8;
/** What claims to be longer is no client of PostgreSQL; its own server draws the line here, too. */
const limitBytes = 10_000;
/** SSLRequest and GSSENCRequest. */
const encryptionRequests = new Set([80_877_103, 80_877_104]);
const protocolMajor = 3;

/**
 * Reads the message that a connection begins with, or nothing while it is not whole.
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function readStartup(received: Buffer): Startup | undefined {
	if (received.length < headBytes) {
		return undefined;
	}

	const lengthBytes = received.readUInt32BE(0);
	if (lengthBytes < headBytes || lengthBytes > limitBytes) {
		return {kind: 'other', lengthBytes: received.length, parameters: {}};
	}

	if (lengthBytes > received.length) {
		return undefined;
	}

	const code = received.readUInt32BE(4);
	if (encryptionRequests.has(code)) {
		return {kind: 'encryption', lengthBytes, parameters: {}};
	}

	return code >> 16 === protocolMajor
		? {kind: 'start', lengthBytes, parameters: readParameters(received.subarray(headBytes, lengthBytes))}
		: {kind: 'other', lengthBytes, parameters: {}};
}

function readParameters(body: Buffer): Record<string, string> {
	const texts = body.toString('utf8').split('\0');
	const parameters: Record<string, string> = {};
	for (let index = 0; index + 1 < texts.length && texts[index] !== ''; index += 2) {
		parameters[texts[index]!] = texts[index + 1]!;
	}

	return parameters;
}

/** An ErrorResponse with SQLSTATE 28000, which ends a connection before it has begun. */
export function encodeRefusal(message: string, hint: string): Buffer {
	const fields = {S: 'FATAL', V: 'FATAL', C: '28000', M: message, H: hint};
	const body = Buffer.from(`${Object.entries(fields).map(([type, text]) => `${type}${text}\0`).join('')}\0`);
	const head = Buffer.alloc(5);
	head.write('E');
	head.writeUInt32BE(body.length + 4, 1);
	return Buffer.concat([head, body]);
}
