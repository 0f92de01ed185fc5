import type {Session} from '../../lib/context/session.ts';
import {ms, onEach, type Bench, type Line, type Measurement} from '../line.ts';
import type {BenchServer} from '../options.ts';
import {median, percentile, time} from '../statistics.ts';
import {withLane, withSession} from '../suites/micro.ts';

const rounds = 1000;
const warmUp = 200;

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

async function measure(bench: Bench, server: BenchServer): Promise<Measurement[]> {
	return withSession(bench.workspace, server, async session => [
		await measureConnection(session),
		await measureSchema(session),
	]);
}

/** What a worker waits for when it asks for things that are there. */
export const handoutLine: Line = {
	name: 'handout',
	about: 'connection acquisition, schema operation on a cache hit',
	run: async bench => onEach(bench, async server => measure(bench, server)),
};
