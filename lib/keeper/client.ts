import type {Socket} from 'node:net';
import process from 'node:process';
import {assertMayRun} from '../config/guard.ts';
import {outsideOfTests} from '../config/mode.ts';
import type {HarnessConfig} from '../config/options.ts';
import {KeeperError} from '../errors.ts';
import type {Progress} from '../server/server.ts';
import {openChannel} from './channel.ts';
import {identifyKeeper} from './identity.ts';
import {connectToKeeper, visitKeeper} from './launch.ts';
import type {ClientApi, ClientRole, KeeperApi, KeeperInfo} from './protocol.ts';

/** How often a connection that ends before the keeper has answered is made anew. */
const greetings = 3;

/** A connection to the keeper. */
export interface KeeperClient {
	readonly api: KeeperApi;
	readonly info: KeeperInfo;
	/** True if the keeper was started for this connection. */
	readonly isNew: boolean;
	/** False once the connection has ended: calls fail from then on. */
	readonly isOpen: () => boolean;
	/** Resolves when the connection has ended, from whichever side. */
	readonly closed: Promise<void>;
	/** Keeps this process alive, or lets it end, while the connection is open. */
	ref(): void;
	unref(): void;
	close(): void;
	/** Called when the last worker has left the keeper; nobody unless somebody sets it. */
	onWorkersLeft: () => void;
}

async function greet(socket: Socket, options: {isNew: boolean; role: ClientRole; progress: Progress; version: string}): Promise<KeeperClient> {
	const {isNew, role, progress, version} = options;
	const closed = new Promise<void>(resolve => {
		socket.once('close', () => {
			resolve();
		});
	});
	let client: KeeperClient | undefined;
	const rpc = openChannel<KeeperApi, ClientApi>(socket, {
		progress,
		workersLeft() {
			client?.onWorkersLeft();
		},
	});
	const info = await rpc.hello({version, role});
	client = {
		api: rpc, info, isNew, closed, onWorkersLeft() {},
		isOpen: () => !socket.destroyed,
		ref: () => socket.ref(),
		unref: () => socket.unref(),
		close() {
			socket.destroy();
		},
	};
	return client;
}

/**
 * Connects to the keeper of a configuration, and starts it if need be.
 * @throws {ERR_GUARD_REFUSED} for what looks like production, {ERR_KEEPER_START}, or the error with which the keeper ended, such as
 * {ERR_SERVER_UNAVAILABLE}
 */
export async function openKeeper(config: HarnessConfig, role: ClientRole, progress: Progress = () => {}): Promise<KeeperClient> {
	// Asked here, too: a keeper that is there already was started in another environment.
	assertMayRun(config, outsideOfTests(process.env));
	const identity = identifyKeeper(config);
	for (let attempt = 1; ; attempt++) {
		const {socket, isNew} = await connectToKeeper(config, identity);
		try {
			return await greet(socket, {isNew, role, progress, version: identity.version});
		} catch (error) {
			// The keeper began to end as this connection came: the next attempt finds, or starts, another one.
			if (attempt === greetings || !(error instanceof KeeperError && error.code === 'ERR_KEEPER_LOST')) {
				throw error;
			}
		}
	}
}

/** Connects to the keeper of a configuration if one is running. */
export async function visitRunningKeeper(config: HarnessConfig): Promise<KeeperClient | undefined> {
	const identity = identifyKeeper(config);
	const socket = await visitKeeper(identity);
	return socket && greet(socket, {isNew: false, role: 'visitor', progress() {}, version: identity.version});
}
