import type {Session} from '../../lib/context/session.ts';
import {ms, onEach, type Bench, type Line, type Measurement} from '../line.ts';
import {median, percentile, time} from '../statistics.ts';
import {withLane, withSession} from '../suites/micro.ts';
import type {BenchServer} from '../options.ts';

const warmUp = 300;
const rounds = 2000;

interface Samples {
	/** A context that is opened, sends one select, and is closed. */
	readonly context: number[];
	/** That select alone, on a plain client. */
	readonly select: number[];
	/** BEGIN and ROLLBACK, on a plain client. */
	readonly bare: number[];
	/** A context that sends nothing. */
	readonly idle: number[];
}

async function useContext(bench: Bench, session: Session, body: 'select' | 'nothing'): Promise<void> {
	await withLane(session, async lane => {
		const open = await bench.workspace.harness.context.openRollbackContext(lane, {});
		if (body === 'select') {
			await open.context.connection.fetchValue('select 1');
		}

		const problem = await open.close({hasFailed: false});
		if (problem) {
			throw problem;
		}
	});
}

/** Takes the four in turn, so that they see the same machine. */
async function sample(bench: Bench, session: Session): Promise<Samples> {
	const samples: Samples = {context: [], select: [], bare: [], idle: []};
	const {name} = await withLane(session, async lane => (await lane.open()).database);
	await bench.workspace.harness.postgres.withClient({...session.lease.address, database: name}, async plain => {
		for (let round = -warmUp; round < rounds; round++) {
			const taken = {
				context: await time(async () => useContext(bench, session, 'select')),
				select: await time(async () => plain.query('select 1')),
				bare: await time(async () => {
					await plain.query('begin');
					await plain.query('rollback');
				}),
				idle: await time(async () => useContext(bench, session, 'nothing')),
			};
			if (round >= 0) {
				for (const key of Object.keys(taken) as Array<keyof Samples>) {
					samples[key].push(taken[key]);
				}
			}
		}
	});
	return samples;
}

async function measure(bench: Bench, server: BenchServer): Promise<Measurement[]> {
	return withSession(bench.workspace, server, async session => {
		const {context, select, bare, idle} = await sample(bench, session);
		// The own cost: what remains when the test's one statement is taken away.
		const own = context.map(taken => taken - median(select));
		const describe = (share: number, limit: number, note?: string): Measurement => ({
			what: `context: set-up + end, p${share * 100}`,
			figure: ms(percentile(own, share)),
			peer: {...ms(percentile(bare, share)), name: 'BEGIN + ROLLBACK'},
			ratio: percentile(own, share) / percentile(bare, share),
			target: {limit, of: 'figure'},
			...(note !== undefined && {note}),
			details: {
				contextWithSelectMs: percentile(context, share), selectAloneMs: percentile(select, share),
				beginRollbackMs: percentile(bare, share), contextWithoutStatementMs: percentile(idle, share), rounds,
			},
		});
		return [
			describe(0.5, 0.6, `a context with one select (${median(context).toFixed(2)} ms) less the median of that select alone (${median(select).toFixed(2)} ms); without a statement ${median(idle).toFixed(3)} ms`),
			describe(0.99, 3),
		];
	});
}

/** What a rollback context costs beyond the statements of its test. */
export const contextLine: Line = {
	name: 'context',
	about: 'set-up and end of a rollback context, against BEGIN + ROLLBACK',
	run: async bench => onEach(bench, async server => measure(bench, server)),
};
