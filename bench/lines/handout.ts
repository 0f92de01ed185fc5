import type {Session} from '../../lib/context/session.ts';
import type {ClientOptions} from '../../lib/postgres/client.ts';
import {ms, onEach, type Bench, type Line, type Measurement} from '../line.ts';
import type {BenchServer} from '../options.ts';
import {median, percentile, time} from '../statistics.ts';
import {withLane, withSession} from '../suites/micro.ts';

const rounds = 1000;
const warmUp = 200;
const clones = 25;

async function repeat(count: number, action: () => Promise<unknown>): Promise<number[]> {
	const samples: number[] = [];
	for (let round = -warmUp; round < count; round++) {
		const taken = await time(action);
		if (round >= 0) {
			samples.push(taken);
		}
	}

	return samples;
}

async function measureConnection(session: Session): Promise<Measurement> {
	const samples = await repeat(rounds, async () => withLane(session, async lane => lane.open()));
	return {
		what: 'connection acquisition, p50', figure: ms(median(samples)), target: {limit: 0.1, of: 'figure'},
		details: {p99Ms: percentile(samples, 0.99), rounds},
	};
}

async function measureSchema(session: Session): Promise<Measurement> {
	const inKeeper: number[] = [];
	const samples = await repeat(rounds, async () => {
		const {source, handoutMs} = await session.requestDatabase(session.combination([]), 0);
		inKeeper.push(handoutMs);
		if (source !== 'ready') {
			throw new Error(`the database was ${source}, not ready`);
		}
	});
	return {
		what: 'schema operation, cache hit, p50', figure: ms(median(samples)), target: {limit: 1, of: 'figure'},
		note: `a database that is ready, from the request to the keeper to its answer; ${median(inKeeper).toFixed(3)} ms of it in the keeper`,
		details: {p99Ms: percentile(samples, 0.99), rounds},
	};
}

/** Until the first answer on a new connection. */
async function timeFirstQuery({workspace}: Bench, address: ClientOptions): Promise<number> {
	const startedAt = performance.now();
	return workspace.harness.postgres.withClient(address, async client => {
		await client.query('select 1');
		return performance.now() - startedAt;
	});
}

/** Clone, first connection, first query. */
async function measureClone(bench: Bench, session: Session): Promise<Measurement> {
	const cloning: number[] = [];
	const connecting: number[] = [];
	for (let round = -2; round < clones; round++) {
		let database = '';
		const cloned = await time(async () => {
			database = await session.cloneDatabase();
		});
		const connected = await timeFirstQuery(bench, {...session.lease.address, database});
		if (round >= 0) {
			cloning.push(cloned);
			connecting.push(connected);
		}
	}

	const total = cloning.map((cloned, index) => cloned + connecting[index]!);
	return {
		what: 'clone with its first connection, p50', figure: ms(median(total)),
		note: `made on demand (${median(cloning).toFixed(1)} ms, and ${median(connecting).toFixed(1)} ms to connect and ask); the target of 10 ms is for clones made ahead, which come in a later version`,
		details: {cloneMs: median(cloning), connectMs: median(connecting), p99Ms: percentile(total, 0.99), clones},
	};
}

async function measure(bench: Bench, server: BenchServer): Promise<Measurement[]> {
	return withSession(bench.workspace, server, async session => [
		await measureConnection(session),
		await measureSchema(session),
		await measureClone(bench, session),
	]);
}

/** What a worker waits for when it asks for things that are there. */
export const handoutLine: Line = {
	name: 'handout',
	about: 'connection acquisition, schema operation on a cache hit, clone',
	run: async bench => onEach(bench, async server => measure(bench, server)),
};
