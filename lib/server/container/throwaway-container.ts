import {PostgreSqlContainer} from '@testcontainers/postgresql';
import {ImageName, type WaitStrategy} from 'testcontainers';
import {memoryBytes} from './memory.ts';

/** The port on which PostgreSQL listens inside a container. */
export const containerPort = 5432;

/** What a throwaway container is made of. */
export interface ThrowawayPlan {
	readonly reference: string;
	readonly entrypoint: readonly string[];
	readonly command: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	readonly labels: Readonly<Record<string, string>>;
	readonly password: string;
	/** The one address on which the port is bound; undefined for all of the engine's. */
	readonly bindTo: string | undefined;
}

/** Readiness is judged outside, by the log that is already being read. */
const noWait: WaitStrategy = {
	async waitUntilReady() {},
	withStartupTimeout: () => noWait,
	isStartupTimeoutSet: () => true,
	getStartupTimeout: () => 0,
};

/**
 * A PostgreSqlContainer that the engine removes as soon as it ends, with neither Ryuk nor a health check
 * (whose connections to the server would hold the lifeline), and with a port that is bound where the plan says.
 */
export class ThrowawayContainer extends PostgreSqlContainer {
	readonly #created: (id: string) => Promise<void>;

	constructor(plan: ThrowawayPlan, created: (id: string) => Promise<void>) {
		super(plan.reference);
		this.#created = created;
		// The reference is final: a prefix for Docker Hub's images must not land in front of a snapshot's name.
		this.imageName = Object.assign(ImageName.fromString(plan.reference), {string: plan.reference});
		this.createOpts.Image = plan.reference;
		this.withDatabase('postgres').withUsername('postgres').withPassword(plan.password)
			.withEnvironment({...plan.environment})
			.withLabels({...plan.labels})
			.withEntrypoint([...plan.entrypoint])
			.withCommand([...plan.command])
			.withPullPolicy({shouldPull: () => 'never'})
			.withAutoCleanup(false)
			.withWaitStrategy(noWait);
		this.#adjust(plan.bindTo);
	}

	#adjust(bindTo: string | undefined): void {
		this.hostConfig.AutoRemove = true;
		this.hostConfig.ShmSize = memoryBytes;
		this.healthCheck = {test: ['CMD', 'true']};
		this.createOpts.Healthcheck = {Test: ['NONE']};
		if (bindTo !== undefined) {
			this.hostConfig.PortBindings = {[`${containerPort}/tcp`]: [{HostIp: bindTo, HostPort: '0'}]};
		}
	}

	protected override async containerCreated(id: string): Promise<void> {
		await this.#created(id);
	}
}
