import net from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import {unreachableError} from './errors.ts';
import {idleLine} from './lifeline.ts';
import type {RunningContainer} from './running-container.ts';

const readyLine = 'database system is ready to accept connections';
const readyWithinMs = 60_000;
const askEveryMs = 250;

/** The shortest message to which every PostgreSQL has an answer of one byte: may this connection use TLS? */
const sslRequest = Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47);

/**
 * True if a PostgreSQL answers at an address. An accepted connection proves nothing: an engine's proxy accepts for a
 * server that does not listen yet.
 */
export async function isAnswering(host: string, port: number): Promise<boolean> {
	return new Promise(resolve => {
		const socket = net.connect({host, port, timeout: 1000}, () => {
			socket.write(sslRequest);
		});
		const finish = (isReady: boolean) => {
			socket.destroy();
			resolve(isReady);
		};

		socket.once('data', answer => {
			finish(answer[0] === 0x53 || answer[0] === 0x4E);
		});
		socket.once('timeout', () => {
			finish(false);
		});
		socket.once('error', () => {
			finish(false);
		});
		socket.once('close', () => {
			resolve(false);
		});
	});
}

/**
 * Waits until the server in a container accepts connections. It asks whenever the log says that it is ready: once in a
 * snapshot; twice in a new cluster, where the first time is a server for the entry point alone. It also asks four times
 * a second, since an image may keep its log elsewhere.
 * @throws {ERR_SERVER_START} when it is ready and nobody gets through: its lifeline ends it then, after some seconds
 */
export async function untilReady(running: RunningContainer, host: string, port: number): Promise<void> {
	const deadline = performance.now() + readyWithinMs;
	const ended = running.ended.then(async reason => {
		// What the container said last may still be under way.
		await Promise.race([running.log.closed, delay(1000, undefined, {ref: false})]);
		throw running.log.tail().includes(idleLine) ? unreachableError(host, port) : new Error(reason);
	});
	let position = 0;
	while (performance.now() < deadline) {
		const line = running.log.waitFor(readyLine, position);
		position = await Promise.race([line, ended, delay(askEveryMs, position, {ref: false})]);
		if (await isAnswering(host, port)) {
			return;
		}
	}

	throw new Error(`it accepted no connection within ${readyWithinMs / 1000} s`);
}
