import {setTimeout as delay} from 'node:timers/promises';
import type {Session} from '../../lib/context/session.ts';
import {ms, onEach, type Bench, type Line, type Measurement} from '../line.ts';
import type {BenchServer} from '../options.ts';
import {median, percentile} from '../statistics.ts';
import {withSession} from '../suites/micro.ts';

const rounds = 40;
const warmUp = 4;
/** What a test does between two clones, here: nothing, for as long as making the next one takes. */
const bodyMs = 150;
const burst = 50;

interface Sample {
	/** From asking to the answer of the first query. */
	readonly first: number;
	/** The whole test: asking, one query, giving back. */
	readonly whole: number;
}

async function useClone({workspace}: Bench, session: Session): Promise<Sample> {
	const startedAt = performance.now();
	return session.clones.withPlace(async () => {
		const open = await workspace.harness.clone.openCloneContext(session.clones, session.combination([]));
		await open.context.connection.fetchValue('select count(*) from item');
		const first = performance.now() - startedAt;
		const problem = await open.close({hasFailed: false});
		if (problem) {
			throw problem;
		}

		return {first, whole: performance.now() - startedAt};
	});
}

/** One test after the other, each announced or not. */
async function repeat(bench: Bench, session: Session, options: {isAnnounced: boolean; pauseMs: number}): Promise<Sample[]> {
	const samples: Sample[] = [];
	if (options.isAnnounced) {
		session.clones.expect(session.combination([]), warmUp + rounds);
	}

	for (let round = -warmUp; round < rounds; round++) {
		await delay(options.pauseMs);
		const sample = await useClone(bench, session);
		if (round >= 0) {
			samples.push(sample);
		}
	}

	return samples;
}

function summarise(what: string, samples: readonly Sample[]): Measurement {
	const first = samples.map(sample => sample.first);
	return {
		what, figure: ms(median(first)),
		details: {p95Ms: percentile(first, 0.95), p99Ms: percentile(first, 0.99), wholeMs: median(samples.map(({whole}) => whole)), rounds},
	};
}

/** All at once, as AVA starts the tests of a file. */
async function measureBurst(bench: Bench, session: Session): Promise<Measurement> {
	const startedAt = performance.now();
	session.clones.expect(session.combination([]), burst);
	await Promise.all(Array.from({length: burst}, async () => useClone(bench, session)));
	const tookMs = performance.now() - startedAt;
	return {what: `clone: ${burst} tests at once, for each`, figure: ms(tookMs / burst), note: `none failed; all of them took ${Math.round(tookMs)} ms`, details: {tookMs}};
}

async function measure(bench: Bench, server: BenchServer): Promise<Measurement[]> {
	return withSession(bench.workspace, server, async session => [
		{
			...summarise('clone made ahead, with its first query, p50', await repeat(bench, session, {isAnnounced: true, pauseMs: bodyMs})), target: {limit: 10, of: 'figure'},
			note: `30 tables; tests that take ${bodyMs} ms`,
		},
		{...summarise('clone, one test right after the other, p50', await repeat(bench, session, {isAnnounced: true, pauseMs: 0})), note: 'tests that do nothing else: as fast as clones can be made'},
		{...summarise('clone made on demand, with its first query, p50', await repeat(bench, session, {isAnnounced: false, pauseMs: 0}))},
		await measureBurst(bench, session),
	]);
}

/** What a test waits for that wants a database of its own. */
export const cloneLine: Line = {
	name: 'clone',
	about: 'a database for one test, made ahead and on demand',
	run: async bench => onEach(bench, async server => measure(bench, server)),
};
