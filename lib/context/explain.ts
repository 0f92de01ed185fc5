import type {Client} from '../postgres/client.ts';
import {send, sendExtended} from '../postgres/wire.ts';
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

/** What a statement may take when it runs again: three times what it took, in these bounds, in ms. */
const leastTimeoutMs = 500;
const mostTimeoutMs = 5000;
const lockTimeoutMs = 200;

const analyze = 'explain (analyze, buffers, format json)';
const estimate = 'explain (format json)';

/**
 * Gets the plans of statements on a connection that is in a transaction, and leaves that as it was: each statement runs once more, behind a
 * savepoint that is gone back to. One that cannot run again (its row is there already) gets a plan with estimates.
 * @returns one for each statement; undefined for those that PostgreSQL explains in no way
 */
export async function explainInside(client: Client, goBack: string | undefined, statements: readonly ExplainedStatement[]): Promise<ReadonlyArray<Explanation | undefined>> {
	if (goBack !== undefined) {
		await send(client, goBack);
	}

	const explanations: Array<Explanation | undefined> = [];
	for (const statement of statements) {
		explanations.push(await explain(client, statement));
	}

	return explanations;
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

async function explain(client: Client, statement: ExplainedStatement): Promise<Explanation | undefined> {
	return await tryExplain(client, analyze, statement) ?? await tryExplain(client, estimate, statement);
}

async function tryExplain(client: Client, verb: typeof analyze | typeof estimate, {text, values = [], tookMs}: ExplainedStatement): Promise<Explanation | undefined> {
	const timeoutMs = Math.min(mostTimeoutMs, Math.max(leastTimeoutMs, Math.ceil(tookMs * 3)));
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
