// The keeper's process: detached from whoever started it, its output is its log.
import {once} from 'node:events';
import {chmodSync, rmSync} from 'node:fs';
import net from 'node:net';
import process from 'node:process';
import {lock as lockFile} from 'proper-lockfile';
import type {HarnessConfig} from '../config/options.ts';
import {toWireError} from '../errors.ts';
import {identifyKeeper} from './identity.ts';
import {Keeper} from './keeper.ts';
import {log} from './log.ts';

/** What the starter reads from the log when the keeper ends before it listens. */
const failurePrefix = 'keeper failed: ';

async function isServed(socket: string): Promise<boolean> {
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
 */
async function listenAlone(server: net.Server, socket: string): Promise<boolean> {
	if (process.platform === 'win32') {
		return listen(server, socket);
	}

	const release = await lockFile(socket, {realpath: false, stale: 5000, retries: {retries: 1000, minTimeout: 5, maxTimeout: 20}});
	try {
		return await listen(server, socket);
	} finally {
		await release().catch(() => {});
	}
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

/** Long enough for those who wait to be told why there is no keeper. */
const farewellMs = 300;

async function main(): Promise<void> {
	const config = JSON.parse(process.env.DATAFLOW_TDD_KEEPER ?? '') as HarnessConfig;
	const identity = identifyKeeper(config);
	const sockets: net.Socket[] = [];
	const server = net.createServer(socket => void sockets.push(socket));
	// Closing removes the socket file while it is still ours: later, it may be the next keeper's.
	const leave = (): void => {
		server.close();
	};
	if (!await listenAlone(server, identity.socket)) {
		log('another keeper of this configuration is already here');
		return;
	}

	if (process.platform !== 'win32') {
		chmodSync(identity.socket, 0o600);
	}

	const keeper = new Keeper({config, identity, onEnding: leave, onEnd: () => {
		process.exit(0);
	}});
	for (const socket of sockets) {
		keeper.serve(socket);
	}

	server.removeAllListeners('connection').on('connection', socket => {
		keeper.serve(socket);
	});
	keeper.begin();
	for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
		process.on(signal, () => void keeper.stop(`it received ${signal}`));
	}

	keeper.opened.catch((error: unknown) => {
		report(error);
		setTimeout(() => {
			leave();
			process.exit(1);
		}, farewellMs);
	});
}

function report(error: unknown): void {
	process.stdout.write(`${failurePrefix}${JSON.stringify(toWireError(error))}\n`);
}

try {
	await main();
} catch (error) {
	report(error);
	process.exit(1);
}
