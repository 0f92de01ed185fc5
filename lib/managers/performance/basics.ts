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

/** What a small test does. The table is its own, because nothing is known of the project's. */
async function useTypically({connection}: TestContext): Promise<void> {
	await connection.execute('create temp table tdd_measured (id int primary key, name text not null)');
	await connection.execute('insert into tdd_measured values ($1, $2), ($3, $4)', [1, 'Ada', 2, 'Grace']);
	await connection.execute('update tdd_measured set name = $1 where id = $2', ['Edsger', 2]);
	await connection.fetchRow('select id, name from tdd_measured where id = $1', [2]);
	await connection.fetchValue('select count(*)::int from tdd_measured');
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
	const request = {lease: session.lease.id, combination: bareCombination, lane: session.spareLane};
	return {
		individualTest: await measure('individualTest', async () => time(async () => useContext(session, useTypically))),
		fixtureSetup: await measure('fixtureSetup', async () => time(async () => useContext(session, async ({connection}) => connection.execute('select 1')))),
		connectionAcquisition: await measure('connectionAcquisition', async () => sampleAcquisition(session)),
		schemaOperation: await measure('schemaOperation', async () => time(async () => session.keeper.api.lane(request))),
	};
}
