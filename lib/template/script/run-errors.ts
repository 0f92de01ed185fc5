import {TemplateError} from '../../errors.ts';
import {adviceFor} from './advice.ts';
import {excerptOf, offsetOfCharacter, placeOf} from './place.ts';
import type {Script} from './script.ts';
import type {CopyStep, MetaStep, ScriptStep, StatementStep} from './step.ts';

/** What PostgreSQL says about a statement that failed; all of it may be missing when the connection broke. */
export interface DatabaseError {
	readonly message: string;
	/** The SQLSTATE, such as `42P01`. */
	readonly code?: string;
	readonly detail?: string;
	readonly hint?: string;
	/** The character of the statement at which the problem lies, counted from 1. */
	readonly position?: string;
	/** The context: which function, which line of a COPY. */
	readonly where?: string;
}

/** How much of a statement an error quotes. */
const quotedLength = 300;

/** PostgreSQL refused a statement: says where in the file, in PostgreSQL's words, and why that happens to schema files. */
export function statementError(script: Script, step: StatementStep | CopyStep, error: unknown): TemplateError {
	const said = error as DatabaseError;
	const offset = failureOffset(script.text, step, said);
	const {line, column} = placeOf(script.text, offset);
	const what = [
		`${script.file}:${line}:${column} failed: ${said.message}${said.code ? ` (SQLSTATE ${said.code})` : ''}.`,
		excerptOf(script.text, offset),
		...sentencesOf(said),
		`The statement at ${script.file}:${step.line}:${step.column} is: ${quote(step.sql)}`,
	];
	const {why, fix} = adviceFor(said, step.sql);
	return new TemplateError('ERR_TEMPLATE_SQL', {what: what.join('\n'), why: `\n${why}`, fix, cause: error});
}

function sentencesOf({detail, hint, where}: DatabaseError): string[] {
	const parts = {Detail: detail, Hint: hint, Context: where};
	return Object.entries(parts).filter(([, text]) => text).map(([name, text]) => `${name}: ${text}`);
}

function quote(sql: string): string {
	return sql.length > quotedLength ? `${sql.slice(0, quotedLength)}…` : sql;
}

/** The place that PostgreSQL complains about: a character of the statement, a row of a COPY, or else the statement. */
function failureOffset(text: string, step: StatementStep | CopyStep, {position, where}: DatabaseError): number {
	const start = offsetOfLine(text, step.line);
	const statement = start + offsetOfCharacter(text.slice(start), step.column - 1);
	const row = step.kind === 'copy' && /^COPY .*?, line (\d+)/.exec(where ?? '')?.[1];
	if (row) {
		return offsetOfLine(text, step.dataLine + Number(row) - 1);
	}

	return position ? statement + offsetOfCharacter(step.sql, Number(position) - 1) : statement;
}

function offsetOfLine(text: string, line: number): number {
	let offset = 0;
	for (let index = 1; index < line; index += 1) {
		offset = text.indexOf('\n', offset) + 1;
	}

	return offset;
}

/** The script ended inside a transaction: all that it did since would be lost. */
export function openTransactionError({file}: Script, steps: readonly ScriptStep[]): TemplateError {
	const begin = steps.findLast(step => step.kind === 'statement' && /^(?:BEGIN|START)$/.test(step.command));
	return new TemplateError('ERR_TEMPLATE_SQL', {
		what: `${file} ends inside a transaction${begin ? ` that begins at ${file}:${begin.line}:${begin.column}` : ''}.`,
		why: 'It has a BEGIN without a COMMIT, and what it did since then was rolled back.',
		fix: 'Add `COMMIT;` at its end, or remove the BEGIN.',
	});
}

/** A psql command would bring in more than this file holds, or decide what of it is run. */
export function essentialCommandError({file}: Script, {text, line, column}: MetaStep): TemplateError {
	return new TemplateError('ERR_TEMPLATE_SQL', {
		what: `${file}:${line}:${column} cannot be run: ${text}.`,
		why: 'Only psql understands this command, and passing over it would give another database than psql gives.',
		fix: 'Write plain SQL instead: all files of the schema folder run in path order, so an included file can simply lie there.',
	});
}

/** The file says that it is not in UTF-8, in which the harness reads and sends it. */
export function foreignEncodingError({file}: Script, {sql, line, column}: StatementStep): TemplateError {
	return new TemplateError('ERR_TEMPLATE_SQL', {
		what: `${file}:${line}:${column} cannot be run: ${sql}`,
		why: 'The harness reads files as UTF-8, so letters outside ASCII would be stored wrongly.',
		fix: 'Make the dump with `pg_dump --encoding=UTF8`, or save the file as UTF-8 and remove this line.',
	});
}
