import {readJsonLiterals} from './json-literals.ts';
import type {Literal} from './literal.ts';
import {readScriptLiterals} from './script-literals.ts';
import {readSqlLiterals} from './sql-literals.ts';

/** Files whose literals can be read, by the end of their name. */
export const readableFiles = /(?<!\.d)\.(?:[cm]?[jt]s|[jt]sx|sql|json)$/;

/**
 * Reads the literals of a file.
 *
 * @throws {ERR_TEMPLATE_SQL} when a file of SQL cannot be read, a SyntaxError when one of JavaScript or JSON cannot.
 */
export async function readLiterals(file: string, source: string): Promise<Literal[]> {
	if (file.endsWith('.json')) {
		return readJsonLiterals(file, source);
	}

	return file.endsWith('.sql') ? readSqlLiterals(file, source) : readScriptLiterals(file, source);
}
