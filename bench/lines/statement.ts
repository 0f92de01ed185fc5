import {Kysely, PostgresDialect, type PostgresPool} from 'kysely';
import {ms, onEach, type Bench, type Line, type Measurement} from '../line.ts';
import type {BenchServer} from '../options.ts';
import {median, pairedRatio, time} from '../statistics.ts';
import {withLane, withSession, type MicroDatabase} from '../suites/micro.ts';

const warmUpRounds = 5;
const rounds = 25;
const statementsPerRound = 80;

type Db = Kysely<MicroDatabase>;

const statements = {
	select: async (db: Db) => db.selectFrom('item').selectAll().where('id', '=', 7).executeTakeFirstOrThrow(),
	insert: async (db: Db, id: number) => db.insertInto('item').values({id, name: 'new', price: '1.00'}).execute(),
} as const;
type Kind = keyof typeof statements;

interface Pair {
	readonly inContext: number[];
	readonly plain: number[];
}

/** Kysely's own dialect on one client of the same kind, as a pool of one. */
function plainKysely(client: object): Db {
	const pool = {connect: async () => Object.assign(client, {release() {}}), async end() {}, options: {}} as unknown as PostgresPool;
	return new Kysely<MicroDatabase>({dialect: new PostgresDialect({pool})});
}

/** One context and one plain transaction, statement by statement in turn; returns the medians of this round. */
async function round(context: Db, plain: Db, ids: Generator<number, never>): Promise<Record<Kind, {inContext: number; plain: number}>> {
	const samples = {select: {inContext: [] as number[], plain: [] as number[]}, insert: {inContext: [] as number[], plain: [] as number[]}};
	const trx = await plain.startTransaction().execute();
	for (let index = 0; index < statementsPerRound; index++) {
		for (const kind of ['select', 'insert'] as const) {
			const id = ids.next().value;
			samples[kind].plain.push(await time(async () => statements[kind](trx, id)));
			samples[kind].inContext.push(await time(async () => statements[kind](context, id)));
		}
	}

	await trx.rollback().execute();
	const reduce = (kind: Kind) => ({inContext: median(samples[kind].inContext), plain: median(samples[kind].plain)});
	return {select: reduce('select'), insert: reduce('insert')};
}

/** Ids that no row has yet. The plain transaction has a database of its own, so that no insert waits for another. */
function * newIds(): Generator<number, never> {
	for (let id = 10_000; ; id++) {
		yield id;
	}
}

async function measure(bench: Bench, server: BenchServer): Promise<Measurement[]> {
	const {context: contexts, postgres} = bench.workspace.harness;
	const pairs: Record<Kind, Pair> = {select: {inContext: [], plain: []}, insert: {inContext: [], plain: []}};
	await withSession(bench.workspace, server, async session => {
		const database = await session.cloneDatabase();
		await postgres.withClient({...session.lease.address, database, pipeline: true}, async client => {
			const plain = plainKysely(client);
			const ids = newIds();
			for (let index = -warmUpRounds; index < rounds; index++) {
				await withLane(session, async lane => {
					const open = await contexts.openRollbackContext(lane, {});
					const taken = await round(open.context.db, plain, ids);
					await open.close({hasFailed: false});
					for (const kind of index < 0 ? [] : ['select', 'insert'] as const) {
						pairs[kind].inContext.push(taken[kind].inContext);
						pairs[kind].plain.push(taken[kind].plain);
					}
				});
			}
		});
	});
	return (['select', 'insert'] as const).map(kind => ({
		what: `statement in a context: ${kind} by Kysely`,
		figure: ms(median(pairs[kind].inContext)),
		peer: {...ms(median(pairs[kind].plain)), name: 'in a plain transaction'},
		ratio: pairedRatio(pairs[kind].inContext, pairs[kind].plain),
		target: {limit: 1.1, of: 'ratio'},
		details: {rounds, statementsPerRound},
	}));
}

/** What the savepoint around each statement costs. */
export const statementLine: Line = {
	name: 'statement',
	about: 'a statement in a context, against the same one without savepoints',
	run: async bench => onEach(bench, async server => measure(bench, server)),
};
