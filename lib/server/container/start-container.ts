import {setTimeout as delay} from 'node:timers/promises';
import type {ContainerRuntimeClient} from 'testcontainers';
import type {ServerAddress} from '../server.ts';
import {throwawaySettings} from '../settings.ts';
import {randomPassword} from '../start.ts';
import {toServerError} from './errors.ts';
import {dataFolder, imageVersion, type Image} from './image.ts';
import {labels} from './labels.ts';
import {withLifeline} from './lifeline.ts';
import {reachOfEngine} from './reach.ts';
import {untilReady} from './readiness.ts';
import {RunningContainer} from './running-container.ts';
import {containerPort, ThrowawayContainer, type ThrowawayPlan} from './throwaway-container.ts';

/** A container whose PostgreSQL accepts connections. */
export interface StartedContainer {
	readonly running: RunningContainer;
	readonly address: ServerAddress;
	readonly image: Image;
}

/**
 * A machine that vanishes says no farewell: after 25 s without an answer a connection from it is closed, so that the lifeline can
 * tell. Engines that pass connections on through a proxy of their own need some three minutes.
 */
const keepalive = ['tcp_keepalives_idle=10', 'tcp_keepalives_interval=5', 'tcp_keepalives_count=3'];

/** Of an image that does not say its version, the settings are those that the oldest one knows. */
function settings(image: Image): string[] {
	const all = ['listen_addresses=*', `port=${containerPort}`, ...keepalive, ...throwawaySettings(imageVersion(image) ?? 15)];
	return all.flatMap(setting => ['-c', setting]);
}

function planContainer(image: Image, owner: string, bindTo: string | undefined): ThrowawayPlan {
	return {
		reference: image.reference,
		entrypoint: withLifeline(image.entrypoint),
		command: [...image.command, ...settings(image)],
		environment: {PGDATA: dataFolder(image), POSTGRES_INITDB_ARGS: '--no-sync'},
		labels: {[labels.kind]: 'server', [labels.owner]: owner},
		password: image.labels[labels.password] ?? randomPassword(),
		bindTo,
	};
}

/** Starts a server in a container of an image: of a snapshot, or of a plain PostgreSQL. What fails half-way is removed. */
export async function startContainer(engine: ContainerRuntimeClient, image: Image, owner: string): Promise<StartedContainer> {
	let running: RunningContainer | undefined;
	const {bindTo, host} = reachOfEngine(engine);
	const plan = planContainer(image, owner, bindTo);
	try {
		const started = await new ThrowawayContainer(plan, async id => {
			running = await RunningContainer.attach(engine, id);
		}).start();
		const address = {host, port: started.getPort(), user: 'postgres', password: plan.password, database: 'postgres'};
		await untilReady(running!, address.host, address.port);
		return {running: running!, address, image};
	} catch (error) {
		await running?.remove();
		// What the container said last may still be under way.
		await Promise.race([running?.log.closed, delay(1000, undefined, {ref: false})]);
		throw toServerError({image: image.reference, log: running?.log.tail() ?? '', cause: error});
	}
}
