import {isIP} from 'node:net';
import os from 'node:os';
import process from 'node:process';
import type {ContainerRuntimeClient} from 'testcontainers';

const loopback = '127.0.0.1';

/** What is known of an engine and of this machine. */
export interface EnginePlace {
	/** The engine's socket, where it is reached through one. */
	readonly socketPath: string | undefined;
	/** The host under which testcontainers expects the engine's ports. Inside of a container that is the gateway of its network. */
	readonly host: string;
	/** True if the user has set that host. */
	readonly isHostGiven: boolean;
	/** The addresses of this machine's, or this container's, own interfaces. */
	readonly ownAddresses: readonly string[];
}

/** Where a container's port is bound, and where it is reached. */
export interface Reach {
	/** The one address to bind to; undefined binds to all, for engines on other machines. */
	readonly bindTo: string | undefined;
	readonly host: string;
}

/**
 * The narrowest binding that still lets this process in: the loopback interface where engine and process share a machine, the
 * bridge between host and containers where the process runs in a container beside its servers, all addresses elsewhere.
 */
export function reachOf({socketPath, host, isHostGiven, ownAddresses}: EnginePlace): Reach {
	if (socketPath === undefined) {
		return {bindTo: undefined, host};
	}

	if (/^(?:localhost|127\.0\.0\.1|::1)$/.test(host) || ownAddresses.includes(host)) {
		return {bindTo: loopback, host: loopback};
	}

	return {bindTo: !isHostGiven && isIP(host) > 0 ? host : undefined, host};
}

/** How the ports of an engine's containers are reached from here. */
export function reachOfEngine({container, info}: ContainerRuntimeClient): Reach {
	const {socketPath} = container.dockerode.modem as {socketPath?: string};
	const interfaces = Object.values(os.networkInterfaces()).flatMap(list => list ?? []);
	return reachOf({
		socketPath, host: info.containerRuntime.host,
		isHostGiven: process.env.TESTCONTAINERS_HOST_OVERRIDE !== undefined,
		ownAddresses: interfaces.map(({address}) => address),
	});
}
