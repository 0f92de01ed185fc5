import {psqlCommand} from './psql.ts';
import {placeOf, type TextPlace} from './place.ts';
import type {ReadStatement} from './statement-reader.ts';
import type {ScriptStep} from './step.ts';
import type {CopyData} from './stops.ts';

/** Collects the steps of a text, in the order of the text. */
export class StepList {
	readonly steps: ScriptStep[] = [];
	readonly #text: string;
	#place: TextPlace | undefined;

	constructor(text: string) {
		this.#text = text;
	}

	addStatement({start, end, command, isAboutDatabase}: ReadStatement): void {
		const sql = this.#text.slice(start, end);
		const place = this.#placeOf(start);
		this.steps.push(isAboutDatabase
			? {kind: 'meta', text: sql, reason: 'it is about a database as a whole, and the harness names its own databases', ...place}
			: {kind: 'statement', sql, command, ...place});
	}

	addCopy({start, end}: ReadStatement, {data, start: dataStart}: CopyData): void {
		const place = this.#placeOf(start);
		const dataLine = this.#placeOf(dataStart).line;
		this.steps.push({kind: 'copy', sql: this.#text.slice(start, end), data, dataLine, ...place});
	}

	addPsqlLine(start: number, end: number): void {
		const text = this.#text.slice(start, end).trimEnd();
		this.steps.push({kind: 'meta', text, reason: `\\${psqlCommand(text)} is a command of psql`, ...this.#placeOf(start)});
	}

	/** Walks on from the last place, so that all places together cost one walk over the text. */
	#placeOf(offset: number): {line: number; column: number} {
		this.#place = placeOf(this.#text, offset, this.#place);
		const {line, column} = this.#place;
		return {line, column};
	}
}
