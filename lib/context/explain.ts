import type {Client} from '../postgres/client.ts';
import {send, sendExtended} from '../postgres/wire.ts';
import {isAborted} from './database-error.ts';
import {look} from './guards.ts';

/** A statement whose plan is wanted. */
export interface ExplainedStatement {
	readonly text: string;
	readonly values?: readonly unknown[] | undefined;
	/** What it took, in ms. */
	readonly tookMs: number;
}

/** A plan as PostgreSQL gives it. */
export interface Explanation {
	/** The one element of EXPLAIN in FORMAT JSON. */
	readonly plan: Readonly<Record<string, unknown>>;
	/** False where the statement could not be run once more: then the plan has estimates only. */
	readonly isAnalyzed: boolean;
	/** Blocks that executing it touched, in memory or read; undefined without ANALYZE. */
	readonly buffers?: number;
}

/** What a statement may take when it runs again: three times what it took, but no less than this, in ms. */
const leastTimeoutMs = 500;
/** What all of them may take together: a runner that hears nothing of a test for ten seconds ends it. */
const allWithinMs = 5000;
const lockTimeoutMs = 200;

const analyze = 'explain (analyze, buffers, format json)';
const estimate = 'explain (format json)';
/** Session advisory locks are not rolled back: what takes or releases one is not run again. */
const takesLock = /advisory_(?:un)?lock/i;

/**
 * Gets the plans of statements on a connection that is in a transaction, and leaves that as it was, unless it has failed: each statement runs once more, behind a
 * savepoint that is gone back to. One that cannot run again (its row is there already) gets a plan with estimates.
 * @returns one for each statement; undefined for those that PostgreSQL explains in no way
 */
export async function explainInside(client: Client, goBack: string | undefined, statements: readonly ExplainedStatement[]): Promise<ReadonlyArray<Explanation | undefined>> {
	await assertAnswering(client, goBack);
	const deadline = performance.now() + allWithinMs;
	const explanations: Array<Explanation | undefined> = [];
	for (const statement of statements) {
		explanations.push(await explain(client, statement, deadline));
	}

	return explanations;
}

/** Goes back only where the transaction has failed: what it has written is still looked at after this. */
async function assertAnswering(client: Client, goBack: string | undefined): Promise<void> {
	try {
		await send(client, `savepoint ${look}; release savepoint ${look}`);
	} catch (error) {
		if (!isAborted(error) || goBack === undefined) {
			throw error;
		}

		await send(client, goBack);
	}
}

/** The same on a connection that is in no transaction. */
export async function explainApart(client: Client, statements: readonly ExplainedStatement[]): Promise<ReadonlyArray<Explanation | undefined>> {
	await send(client, 'begin');
	try {
		return await explainInside(client, undefined, statements);
	} finally {
		await send(client, 'rollback');
	}
}

async function explain(client: Client, statement: ExplainedStatement, deadline: number): Promise<Explanation | undefined> {
	const leftMs = Math.floor(deadline - performance.now());
	const timeoutMs = Math.min(leftMs, Math.max(leastTimeoutMs, Math.ceil(statement.tookMs * 3)));
	const mayRun = statement.tookMs < leftMs && !takesLock.test(statement.text);
	return (mayRun ? await tryExplain(client, {verb: analyze, statement, timeoutMs}) : undefined) ?? await tryExplain(client, {verb: estimate, statement, timeoutMs: leastTimeoutMs});
}

interface Attempt {
	readonly verb: typeof analyze | typeof estimate;
	readonly statement: ExplainedStatement;
	readonly timeoutMs: number;
}

async function tryExplain(client: Client, {verb, statement: {text, values = []}, timeoutMs}: Attempt): Promise<Explanation | undefined> {
	await send(client, `savepoint ${look}; set local statement_timeout to ${timeoutMs}; set local lock_timeout to ${lockTimeoutMs}`);
	try {
		// A text of several statements is refused that way, instead of being run behind the first.
		const {rows: [row]} = await sendExtended(client, `${verb} ${text}`, values);
		const [plan] = readJson(Object.values(row ?? {})[0]);
		return plan && {plan, ...verb === analyze ? {isAnalyzed: true, buffers: buffersOf(plan)} : {isAnalyzed: false}};
	} catch {
		return undefined;
	} finally {
		await send(client, `rollback to savepoint ${look}; release savepoint ${look}`);
	}
}

/** The code under test may have told pg to leave JSON as text. */
function readJson(value: unknown): ReadonlyArray<Record<string, unknown>> {
	return (typeof value === 'string' ? JSON.parse(value) : value) as ReadonlyArray<Record<string, unknown>>;
}

function buffersOf({Plan: root}: Readonly<Record<string, unknown>>): number {
	const blocks = root as Readonly<Record<string, number>>;
	return (blocks['Shared Hit Blocks'] ?? 0) + (blocks['Shared Read Blocks'] ?? 0);
}
