import {parseSync, type SqlError} from 'libpg-query';
import {TemplateError, type ErrorParts} from '../../errors.ts';
import type {OpenToken} from './open-token.ts';
import {excerptOf, offsetOfCharacter, placeOf} from './place.ts';
import type {Script} from './script.ts';

/** The file, line and column of an offset, in the form that editors and terminals make a link of. */
function linkTo({file, text}: Script, offset: number): string {
	const {line, column} = placeOf(text, offset);
	return `${file}:${line}:${column}`;
}

function readError(script: Script, offset: number, {what, why, ...rest}: ErrorParts): TemplateError {
	const shown = `${linkTo(script, offset)} cannot be read: ${what}.\n${excerptOf(script.text, offset)}`;
	return new TemplateError('ERR_TEMPLATE_SQL', {what: shown, why: `\n${why}`, ...rest});
}

/** PostgreSQL ends a text at a NUL character, and would run half of a statement. */
export function nulError(script: Script): TemplateError {
	return readError(script, script.text.indexOf('\0'), {
		what: 'there is a NUL character',
		why: 'The file was most likely saved as UTF-16, or it is a binary dump (`pg_dump -Fc`).',
		fix: 'Save it as UTF-8, or make the dump in plain text: `pg_dump -Fp`.',
	});
}

const tokenNames: Readonly<Record<string, string>> = {'\'': 'string', '"': 'quoted name', '*': 'comment', $: 'dollar quote'};

/** A string, quoted name, dollar quote or comment begins and never ends. */
export function unendedTokenError(script: Script, {start, closer}: OpenToken, statementStart?: number): TemplateError {
	const statement = statementStart === undefined ? 'before it' : `since the statement that begins at ${linkTo(script, statementStart)}`;
	return readError(script, start, {
		what: `the ${tokenNames[closer[0]!]} that begins here does not end before the end of the file`,
		why: `Its end is missing, or a quote is missing earlier, ${statement}, so that all quotes behind it changed sides.`,
		fix: `Add the missing ${closer}.`,
	});
}

/** PostgreSQL's scanner refuses something else than an open end: its parser says what, and where. */
export function brokenSqlError(script: Script, statementStart: number, end: number): TemplateError {
	const sql = script.text.slice(statementStart, end);
	const {message, offset, cause} = parserComplaint(sql);
	return readError(script, statementStart + offset, {
		what: message,
		why: 'The text is not SQL as PostgreSQL reads it, perhaps because of a missing quote earlier in the file.',
		fix: `Mend it and check with \`psql -f ${script.file}\`.`,
		cause,
	});
}

function parserComplaint(sql: string): {message: string; offset: number; cause?: unknown} {
	try {
		parseSync(sql);
		return {message: 'PostgreSQL\'s scanner does not accept it', offset: 0};
	} catch (error) {
		const {message, sqlDetails} = error as SqlError;
		return {message, offset: offsetOfCharacter(sql, sqlDetails?.cursorPosition ?? 0), cause: error};
	}
}

/** A psql command within or behind a statement would tell psql what to do with that statement. */
export function inlineCommandError(script: Script, offset: number): TemplateError {
	const command = /^\\\S*/.exec(script.text.slice(offset, offset + 60))?.[0] ?? '\\';
	return readError(script, offset, {
		what: `${command} follows SQL`,
		why: 'Only psql understands such commands; the harness passes over those that stand on a line of their own between statements.',
		fix: 'End the statement with a semicolon, and remove the command or put it on a line of its own.',
	});
}

/** The rows of a COPY begin on the next line, so nothing else may follow on its own line. */
export function textBeforeRowsError(script: Script, offset: number): TemplateError {
	return readError(script, offset, {
		what: 'there is SQL between COPY ... FROM stdin and its rows',
		why: 'The rows begin on the line behind the semicolon.',
		fix: 'Move the SQL behind the line `\\.` that ends the rows.',
	});
}

/** Without its last line a dump is not complete, whatever PostgreSQL would say to the rows. */
export function missingRowsEndError(script: Script, offset: number): TemplateError {
	return readError(script, offset, {
		what: 'the rows of this COPY do not end before the end of the file',
		why: 'The file is cut off, or it lacks the line `\\.` behind the rows.',
		fix: 'Make the dump again, or add a line that holds only `\\.`.',
	});
}
