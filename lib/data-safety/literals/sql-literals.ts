import {parseScript} from '../../template/script/parse.ts';
import {offsetOfCharacter} from '../../template/script/place.ts';
import type {Place, StatementStep} from '../../template/script/step.ts';
import {offsetsOfBytes, scan} from '../../template/script/tokens.ts';
import {readCopyLiterals} from './copy-rows.ts';
import {blank, type Literal} from './literal.ts';

/** What a string begins with: a quote, which may have letters in front of it, or a dollar quote. */
const opening = /^(?:(?<letters>[a-z]|u&)?'|\$[^$]*\$)/i;

/** Statements whose strings are rows. Those of others are defaults, comments and names. */
const writesRows = /^(?:INSERT|UPDATE|MERGE|WITH|SELECT|VALUES|DO|CALL)\b/;

/**
 * Reads the strings of a file of SQL, as PostgreSQL's own scanner sees them, and the fields of its COPY rows.
 *
 * @throws {ERR_TEMPLATE_SQL} when the file cannot be read.
 */
export async function readSqlLiterals(file: string, source: string): Promise<Literal[]> {
	const offsetOf = offsetsOfPlaces(source);
	const literals: Literal[] = [];
	for (const step of await parseScript(source, file)) {
		if (step.kind === 'copy') {
			literals.push(...readCopyLiterals({...step, dataStart: offsetOf({line: step.dataLine, column: 1})}));
		} else if (step.kind === 'statement') {
			literals.push(...readStatement(step, offsetOf(step)));
		}
	}

	return literals;
}

function readStatement({sql, command}: StatementStep, start: number): Literal[] {
	const toOffset = offsetsOfBytes(sql);
	const isValue = writesRows.test(command);
	// The scanner has no name for strings of the form U&'...'.
	const strings = scan(sql)?.filter(({tokenName, text}) => tokenName === 'SCONST' || /^u&'/i.test(text)) ?? [];
	return strings.map(token => {
		const [from, to] = [toOffset(token.start), toOffset(token.end)];
		return {...stringIn(sql.slice(from, to), start + from), isValue};
	});
}

/** Takes the quotes off, and what in them does not stand for itself. */
function stringIn(token: string, start: number): {text: string; offset: number} {
	const found = opening.exec(token);
	const [mark = ''] = found ?? [];
	const closerLength = mark.startsWith('$') ? mark.length : 1;
	const inner = token.slice(mark.length, -closerLength);
	const text = mark.startsWith('$') ? inner : blank(inner, escapesOf(found?.groups?.letters));
	return {text, offset: start + mark.length};
}

/** A doubled quote, the seam between two halves of one string, and the escapes of the string's kind. */
function escapesOf(letters = ''): RegExp {
	const own = letters.toLowerCase() === 'e' ? String.raw`|\\[^]` : letters.length === 2 ? String.raw`|\\(?:\+[\da-f]{6}|[\da-f]{4}|\\)` : '';
	return new RegExp(String.raw`''|'\s*\n\s*'${own}`, 'gi');
}

/** Gives the offset of a place: of its line, and the characters in front of it. */
function offsetsOfPlaces(source: string): (place: Place) => number {
	const starts = [0, ...[...source.matchAll(/\n/g)].map(({index}) => index + 1)];
	return ({line, column}) => {
		const start = starts[line - 1] ?? source.length;
		return start + offsetOfCharacter(source.slice(start, starts[line] ?? source.length), column - 1);
	};
}
