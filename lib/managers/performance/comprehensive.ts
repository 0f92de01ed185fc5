import process from 'node:process';
import {sql} from 'kysely';
import {openCloneContext} from '../../context/clone/clone-context.ts';
import type {Session} from '../../context/session.ts';
import type {TestContext} from '../../context/rollback-context.ts';
import {bareCombination} from '../../template/combination.ts';
import {measureBasics, warmUps} from './basics.ts';
import {measureFigure, summarize, time, type Figure, type Repetition} from './figures.ts';
import {useContext} from './measuring.ts';

/** Clones are made one by one, each in milliseconds, so a few have to do. */
const mostClones = 10;
const acquisitionsPerClone = 10;

/** What was measured: figures in full, and all of it as plain numbers. */
export interface Measurements {
	readonly figures: readonly Figure[];
	readonly numbers: Readonly<Record<string, number>>;
}

async function inOneContext(session: Session, repetition: Repetition): Promise<Figure[]> {
	const figures: Figure[] = [];
	await useContext(session, async ({db, connection, savepoint}: TestContext) => {
		figures.push(
			await measureFigure('statement', async () => time(async () => connection.fetchValue('select 1')), repetition),
			await measureFigure('savepoint', async () => time(async () => {
				const point = await savepoint();
				await point.rollback();
				await point.release();
			}), repetition),
			await measureFigure('transaction', async () => time(async () => db.transaction().execute(async trx => sql`select 1`.execute(trx))), repetition),
		);
	});
	return figures;
}

/** Nothing for projects whose tests have asked for no packs: to build some here would put them into the next snapshot. */
async function onSeeds(session: Session, repetition: Repetition): Promise<Figure[]> {
	const {combinations: [packs]} = await session.keeper.api.status();
	return packs ? [await measureFigure('seededContext', async () => time(async () => useContext(session, async ({connection}) => connection.fetchValue('select 1'), packs)), repetition)] : [];
}

/** Clones as a file of tests gets them: announced, so that the keeper makes them ahead. */
async function onClones(session: Session, {samples}: Repetition): Promise<Figure[]> {
	const clones: Repetition = {samples: Math.min(samples, mostClones), warmUps: 1};
	session.clones.expect(bareCombination, clones.samples + clones.warmUps);
	const acquisitions: number[] = [];
	const handout = await measureFigure('cloneFirstQuery', async () => {
		const startedAt = performance.now();
		const {context: {connection, pool}, close} = await openCloneContext(session.clones, bareCombination);
		await connection.fetchValue('select 1');
		const tookMs = performance.now() - startedAt;
		for (let round = 0; round < acquisitionsPerClone; round++) {
			acquisitions.push(await time(async () => (await pool.connect()).release()));
		}

		const problem = await close({hasFailed: false});
		if (problem) {
			throw problem;
		}

		return tookMs;
	}, clones);
	// Those on the first clone were their warm-up.
	return [handout, summarize('poolAcquisition', acquisitions.slice(acquisitionsPerClone), acquisitionsPerClone)];
}

/** What is not measured by repeating it, by its name with its unit. */
async function readOnce(session: Session): Promise<Record<string, number>> {
	const {slots, memoryBytes} = await session.keeper.api.status();
	const startMs = slots[session.lease.slot]?.startMs;
	const {heapUsed, rss, external} = process.memoryUsage();
	return {...(startMs !== undefined && {serverStartMs: startMs}), heapUsedBytes: heapUsed, externalBytes: external, residentBytes: rss, keeperResidentBytes: memoryBytes};
}

/** Measures all there is. */
export async function measureAll(session: Session, samples: number): Promise<Measurements> {
	const repetition: Repetition = {samples, warmUps};
	const figures: Figure[] = [
		...Object.values(await measureBasics(session, samples)),
		...await inOneContext(session, repetition),
		...await onSeeds(session, repetition),
		...await onClones(session, repetition),
		await measureFigure('keeperRoundTrip', async () => time(async () => session.keeper.api.status()), repetition),
	];
	const medians = Object.fromEntries(figures.map(({name, medianMs}) => [`${name}Ms`, medianMs]));
	return {figures, numbers: {...medians, ...await readOnce(session)}};
}
