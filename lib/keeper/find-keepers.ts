import {setTimeout as delay} from 'node:timers/promises';
import type {BirpcReturn} from 'birpc';
import {openChannel} from './channel.ts';
import {listSockets} from './identity.ts';
import {connectTo} from './launch.ts';
import type {ClientApi, KeeperAbout, KeeperApi, KeeperStatus} from './protocol.ts';

/** A keeper that answers has long done so by then, also on a machine that is busy. */
const patienceMs = 3000;

/** A keeper of this user, of whatever project, configuration and release. */
export interface FoundKeeper {
	/** What tells it from others: the name of its socket. */
	readonly id: string;
	/** Where it listens. */
	readonly socket: string;
	/** Undefined where it is of a release that does not say it, or answers nobody. */
	readonly about: KeeperAbout | undefined;
	/** Undefined where it still looks for a server, or does not say. */
	readonly status: KeeperStatus | undefined;
	/** Asks it to end, and waits until it has: false where it does not understand, or does not answer. */
	stop(): Promise<boolean>;
	close(): void;
}

/** What somebody says soon enough; nothing where it is refused, or never said. */
async function soon<T>(answer: Promise<T>): Promise<T | undefined> {
	const late = new AbortController();
	const patience = delay(patienceMs, undefined, {signal: late.signal}).catch(() => undefined);
	try {
		return await Promise.race([answer.catch(() => undefined), patience]);
	} finally {
		late.abort();
	}
}

type Told = Pick<FoundKeeper, 'about' | 'status'>;

async function ask(api: BirpcReturn<KeeperApi, ClientApi>): Promise<Told> {
	// Releases before this one do not know what is asked here.
	const about = await api.about().catch(() => undefined);
	return {about, status: about?.isReady === false ? undefined : await api.status()};
}

/** Looks at whoever listens at a socket; nobody does at the one of a keeper that was killed. */
async function look({id, socket: path}: {readonly id: string; readonly socket: string}): Promise<FoundKeeper | undefined> {
	const socket = await soon(connectTo(path));
	if (!socket) {
		return undefined;
	}

	const closed = new Promise<true>(resolve => {
		socket.once('close', () => {
			resolve(true);
		});
	});
	const api = openChannel<KeeperApi, ClientApi>(socket, {progress() {}, workersLeft() {}});
	const {about, status} = await soon(ask(api)) ?? {about: undefined, status: undefined} satisfies Told;
	return {
		id, socket: path, about, status,
		async stop() {
			const isAsked = await soon(Promise.race([api.stop().then(() => true), closed]));
			return isAsked === true && closed;
		},
		close() {
			socket.destroy();
		},
	};
}

/**
 * Finds the keepers of this user that are alive, also those that do not speak with this release. They stay no longer for having been
 * looked at. Each is a connection that is to be closed.
 */
export async function findKeepers(): Promise<FoundKeeper[]> {
	const all = await Promise.all(listSockets().map(async place => look(place)));
	return all.filter(keeper => keeper !== undefined);
}
