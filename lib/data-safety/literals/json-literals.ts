import type {Literal} from './literal.ts';
import {readScriptLiterals} from './script-literals.ts';

/**
 * Reads the strings of a JSON file, each named for its property, and all of them data. In parentheses, JSON is an expression of JavaScript; comments may stand in it.
 *
 * @throws {SyntaxError} when it has a syntax error.
 */
export function readJsonLiterals(file: string, source: string): Literal[] {
	return readScriptLiterals(`${file}.js`, `(${source}\n)`).map(literal => ({...literal, offset: literal.offset - 1, isValue: true}));
}
