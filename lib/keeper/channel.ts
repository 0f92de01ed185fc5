import type {Socket} from 'node:net';
import {createBirpc, type BirpcReturn} from 'birpc';
import {KeeperError, fromWireError, toWireError, type WireError} from '../errors.ts';

interface Marked {
	readonly $error: WireError;
}

function encode(message: unknown): string {
	return `${JSON.stringify(message, (_key, value: unknown) => value instanceof Error ? {$error: toWireError(value)} satisfies Marked : value)}\n`;
}

function decode(line: string): unknown {
	return JSON.parse(line, (_key, value: unknown) => isMarked(value) ? fromWireError(value.$error) : value);
}

function isMarked(value: unknown): value is Marked {
	return typeof value === 'object' && value !== null && '$error' in value;
}

/** Calls a function with each line that a socket brings. */
function readLines(socket: Socket, onLine: (line: string) => void): void {
	let rest = '';
	socket.setEncoding('utf8');
	socket.on('data', (chunk: string) => {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) {
			onLine(line);
		}
	});
}

/** Connects two sides by typed calls over a socket, one JSON text a line. Calls that are under way when it closes are rejected. */
export function openChannel<Remote extends object, Local extends object>(socket: Socket, local: Local): BirpcReturn<Remote, Local> {
	const rpc = createBirpc<Remote, Local>(local, {
		post(line: string) {
			if (!socket.destroyed) {
				socket.write(line);
			}
		},
		on(listener) {
			readLines(socket, listener);
		},
		serialize: encode,
		deserialize: decode,
		timeout: -1,
		onGeneralError(error) {
			// Somebody who speaks something else: of another release, or a stranger. Whoever has asked is told that the connection has ended.
			const isUnreadable = error instanceof SyntaxError;
			if (isUnreadable) {
				socket.destroy();
			}

			return isUnreadable;
		},
	});
	socket.on('error', () => {});
	socket.once('close', () => {
		rpc.$close(new KeeperError('ERR_KEEPER_LOST', {
			what: 'The connection to the keeper ended in the middle of a call.',
			why: 'The keeper was stopped or killed; it owns the servers, so they are gone too.',
			fix: 'Run again: a new one is started. Its log says why it ended: `dataflow-tdd status` names the file.',
		}));
	});
	return rpc;
}
