import {once} from 'node:events';
import {rmSync} from 'node:fs';
import net from 'node:net';
import process from 'node:process';
import {withLock} from './lock.ts';

/** True if somebody listens on a socket. */
export async function isServed(socket: string): Promise<boolean> {
	const probe = net.connect(socket);
	try {
		await once(probe, 'connect');
		return true;
	} catch {
		return false;
	} finally {
		probe.destroy();
	}
}

/**
 * Binds the socket, which only one process can do. One at a time: of two that find the socket of a keeper that was killed, the
 * second would remove what the first has made.
 * @returns false if another process serves it
 */
export async function listenAlone(server: net.Server, socket: string): Promise<boolean> {
	return process.platform === 'win32' ? listen(server, socket) : withLock(socket, {attempts: 1000, pauseMs: 20}, async () => listen(server, socket));
}

async function listen(server: net.Server, socket: string): Promise<boolean> {
	for (let attempt = 0; ; attempt++) {
		try {
			server.listen(socket);
			await once(server, 'listening');
			return true;
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code !== 'EADDRINUSE' || attempt > 0) {
				throw error;
			}

			if (await isServed(socket)) {
				return false;
			}

			rmSync(socket, {force: true});
		}
	}
}
