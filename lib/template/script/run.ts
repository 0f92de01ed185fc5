import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {from as copyFrom} from 'pg-copy-streams';
import type {Client} from '../../postgres/client.ts';
import {parseScript, withoutMark} from './parse.ts';
import {isEssential} from './psql.ts';
import {essentialCommandError, foreignEncodingError, openTransactionError, statementError} from './run-errors.ts';
import type {Script} from './script.ts';
import type {CopyStep, ScriptStep, StatementStep} from './step.ts';

/** What a script did. */
export interface ScriptResult {
	/** How many statements ran, COPY included. */
	readonly statements: number;
	/** How many rows its `COPY ... FROM stdin` brought in. */
	readonly copiedRows: number;
}

/**
 * Runs a script as `psql -f` does: one statement after the other, none of them in a transaction that the script does not
 * open itself, so that `CREATE INDEX CONCURRENTLY`, `VACUUM` and a new enum value can be used. At the end the session is
 * as it was at its start (`DISCARD ALL`): pg_dump's empty search_path stays in the script.
 *
 * @throws {ERR_TEMPLATE_SQL} when the script cannot be read, a statement fails, or a transaction is left open.
 */
export async function runScript(client: Client, {file, text}: Script): Promise<ScriptResult> {
	const script = {file, text: withoutMark(text)};
	const steps = await parseScript(script.text, file);
	try {
		return await runSteps(client, script, steps);
	} catch (error) {
		await resetSession(client).catch(() => {});
		throw error;
	}
}

async function runSteps(client: Client, script: Script, steps: readonly ScriptStep[]): Promise<ScriptResult> {
	let statements = 0;
	let copiedRows = 0;
	for (const step of steps) {
		checkStep(script, step);
		if (step.kind !== 'meta') {
			copiedRows += await runStep(client, script, step);
			statements += 1;
		}
	}

	await endScript(client, script, steps);
	return {statements, copiedRows};
}

/** An encoding other than UTF-8 would turn every letter outside ASCII into two wrong ones, without an error. */
const foreignEncoding = /^set\s+(?:session\s+|local\s+)?(?:client_encoding\s*(?:=|to)|names)\s*(?!'?(?:utf-?8|unicode|sql_ascii|default)\b)'?[\w-]/i;

/** Refuses what cannot be run and cannot be passed over either. */
function checkStep(script: Script, step: ScriptStep): void {
	if (step.kind === 'meta' && isEssential(step.text)) {
		throw essentialCommandError(script, step);
	}

	if (step.kind === 'statement' && step.command === 'SET' && foreignEncoding.test(step.sql)) {
		throw foreignEncodingError(script, step);
	}
}

/** Runs one step, and gives the number of rows that it copied. */
async function runStep(client: Client, script: Script, step: StatementStep | CopyStep): Promise<number> {
	try {
		if (step.kind === 'copy') {
			return await copyRows(client, step);
		}

		await client.query(step.sql);
		return 0;
	} catch (error) {
		throw statementError(script, step, error);
	}
}

async function copyRows(client: Client, {sql, data}: CopyStep): Promise<number> {
	const stream = client.query(copyFrom(sql));
	await pipeline(Readable.from(data === '' ? [] : [Buffer.from(data)]), stream);
	return stream.rowCount;
}

async function endScript(client: Client, script: Script, steps: readonly ScriptStep[]): Promise<void> {
	if (client.getTransactionStatus() !== 'I') {
		throw openTransactionError(script, steps);
	}

	await client.query('DISCARD ALL');
}

/** Puts the session back after a failure, whatever state the script left it in. */
async function resetSession(client: Client): Promise<void> {
	await client.query('ROLLBACK');
	await client.query('DISCARD ALL');
}

