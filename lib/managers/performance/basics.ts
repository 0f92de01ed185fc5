import type {Session} from '../../context/session.ts';
import type {TestContext} from '../../context/rollback-context.ts';
import {bareCombination} from '../../template/combination.ts';
import {measureFigure, time, type Repetition, type Sample, type TargetedFigure} from './figures.ts';
import {useContext} from './measuring.ts';

/** The targets of the Python original, in ms. */
const targets = {individualTest: 100, fixtureSetup: 10, connectionAcquisition: 5, schemaOperation: 10} as const;

/** How often things are done before they are measured. */
export const warmUps = 10;

/** The four figures that have a target. */
export type Basics = {readonly [Name in keyof typeof targets]: TargetedFigure};

const table = 'tdd_measured.people';

/**
 * Makes a table to measure on, because nothing is known of the project's: in the database that is there for measuring, for as long as
 * that is. A table of the test's own would be made of files, and measure the disk.
 */
async function ensureTable(session: Session): Promise<void> {
	await session.withSpareLane(bareCombination, async lane => {
		await lane.open();
		const client = await lane.connectBeside();
		try {
			await client.query(`create schema if not exists tdd_measured; create table if not exists ${table} (id int primary key, name text not null)`);
		} finally {
			await client.end();
		}
	});
}

/** What a small test does. */
async function useTypically({connection}: TestContext): Promise<void> {
	await connection.execute(`insert into ${table} values ($1, $2), ($3, $4)`, [1, 'Ada', 2, 'Grace']);
	await connection.execute(`update ${table} set name = $1 where id = $2`, ['Edsger', 2]);
	await connection.fetchRow(`select id, name from ${table} where id = $1`, [2]);
	await connection.fetchValue(`select count(*)::int from ${table}`);
}

async function sampleAcquisition(session: Session): Promise<number> {
	const startedAt = performance.now();
	let tookMs = 0;
	await useContext(session, async () => {
		tookMs = performance.now() - startedAt;
	});
	return tookMs;
}

/** Measures what has a target, on the schema alone. */
export async function measureBasics(session: Session, samples: number): Promise<Basics> {
	const repetition: Repetition = {samples, warmUps};
	const measure = async (name: keyof typeof targets, sample: Sample): Promise<TargetedFigure> =>
		({...await measureFigure(name, sample, repetition), targetMs: targets[name]});
	await ensureTable(session);
	const request = {lease: session.lease.id, combination: bareCombination, lane: session.spareLane};
	return {
		individualTest: await measure('individualTest', async () => time(async () => useContext(session, useTypically))),
		fixtureSetup: await measure('fixtureSetup', async () => time(async () => useContext(session, async ({connection}) => connection.execute('select 1')))),
		connectionAcquisition: await measure('connectionAcquisition', async () => sampleAcquisition(session)),
		schemaOperation: await measure('schemaOperation', async () => time(async () => session.keeper.api.lane(request))),
	};
}
