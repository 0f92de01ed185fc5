// The keeper's process: detached from whoever started it, its output is its log.
import {chmodSync, statSync} from 'node:fs';
import net from 'node:net';
import process from 'node:process';
import type {HarnessConfig} from '../config/options.ts';
import {toWireError} from '../errors.ts';
import {startGuardian} from './guardian.ts';
import {identifyKeeper, type KeeperIdentity} from './identity.ts';
import {Keeper} from './keeper.ts';
import {listenAlone} from './listen.ts';
import {log} from './log.ts';
import {currentOwner} from './owner.ts';

/** What the starter reads from the log when the keeper ends before it listens. */
const failurePrefix = 'keeper failed: ';

/** Long enough for those who wait to be told why there is no keeper. */
const farewellMs = 300;

async function main(): Promise<void> {
	const config = JSON.parse(process.env.DATAFLOW_TDD_KEEPER ?? '') as HarnessConfig;
	const identity = identifyKeeper(config);
	const sockets: net.Socket[] = [];
	const server = net.createServer(socket => void sockets.push(socket));
	if (!await listenAlone(server, identity.socket)) {
		log('another keeper of this configuration is already here');
		return;
	}

	if (process.platform !== 'win32') {
		chmodSync(identity.socket, 0o600);
	}

	const keeper = openKeeper(config, identity, server);
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
}

/** A keeper that ends this process when it ends, and has a guardian until then. */
function openKeeper(config: HarnessConfig, identity: KeeperIdentity, server: net.Server): Keeper {
	const guardian = startGuardian(currentOwner());
	const end = (status: number): void => {
		guardian.dismiss();
		process.exit(status);
	};

	const {ino} = statSync(identity.socket);
	const isReachable = (): boolean => statSync(identity.socket, {throwIfNoEntry: false})?.ino === ino;
	// Closing removes the socket file, whosever it is: only while it is still ours. Later, it may be the next keeper's.
	const leave = (): void => {
		if (isReachable()) {
			server.close();
		}
	};
	const keeper = new Keeper({config, identity, isReachable, onEnding: leave, onEnd({isClean}) {
		if (isClean) {
			end(0);
		}

		// Undismissed, the guardian sees to the rest.
		process.exit(1);
	}});
	keeper.opened.catch((error: unknown) => {
		report(error);
		setTimeout(() => {
			leave();
			end(1);
		}, farewellMs);
	});
	return keeper;
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
