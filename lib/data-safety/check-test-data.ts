import {readFile} from 'node:fs/promises';
import {withoutMark} from '../template/script/parse.ts';
import {placeOf, type TextPlace} from '../template/script/place.ts';
import {Allowances, CommentedLines} from './allowances.ts';
import {findTestData, nameOf, testDataFiles} from './files.ts';
import type {TestDataFinding, TestDataReport, UnreadFile} from './finding.ts';
import {sharedStart, type Kind} from './kinds/kind.ts';
import {allKinds} from './kinds/kinds.ts';
import {readLiterals} from './literals/read.ts';
import {sightingsOf, type Sighted} from './look.ts';
import {Replacements} from './replacements.ts';

/** Which data to check, and what is known to be safe in it. */
export interface TestDataOptions {
	/** The folder that findings name files from. */
	readonly root: string;
	/** Folders, files and patterns, from the root. Default: test files, `seeds` and `schemas`, without `fixtures`. */
	readonly files?: readonly string[];
	/** Values that may stand: texts, in which `*` stands for anything (`*@acme.com`), or regular expressions. */
	readonly allow?: ReadonlyArray<string | RegExp>;
	/** As whose telephone numbers those without a country code are read. Default: `['US', 'GB']`. */
	readonly countries?: readonly string[];
}

/** A value that could be somebody's, and where it is. */
interface Breach {
	readonly file: string;
	readonly place: TextPlace;
	readonly sighted: Sighted;
	/** As the source has it: a template may insert something. */
	readonly source: string;
}

/**
 * Checks that test data and seeds hold nothing that could be somebody's: addresses, telephone and card numbers outside of
 * what standards keep free. Reads strings only, so comments, numbers and names of modules are not looked at. It loads a
 * native parser and tables of 0.4 MB: import it where it is needed.
 */
export async function checkTestData({root, files = testDataFiles, allow = [], countries = ['US', 'GB']}: TestDataOptions): Promise<TestDataReport> {
	const check = new TestDataCheck(allKinds(countries), new Allowances(allow));
	for (const file of await findTestData(root, files)) {
		await check.read(nameOf(root, file), withoutMark(await readFile(file, 'utf8')));
	}

	return check.report();
}

class TestDataCheck {
	readonly #kinds: readonly Kind[];
	readonly #allowances: Allowances;
	readonly #breaches: Breach[] = [];
	readonly #unread: UnreadFile[] = [];
	readonly #replacements = new Replacements();
	#files = 0;

	constructor(kinds: readonly Kind[], allowances: Allowances) {
		this.#kinds = kinds;
		this.#allowances = allowances;
	}

	/** Reads a file. One that cannot be read is told of: nobody is to believe that it was checked. */
	async read(file: string, source: string): Promise<void> {
		try {
			const sightings = sightingsOf(await readLiterals(file, source), this.#kinds);
			this.#files += 1;
			this.#look(sightings, file, source);
		} catch (error) {
			this.#unread.push({file, why: (error as Error).message});
		}
	}

	/** Gives replacements last, when all safe values are known. */
	report(): TestDataReport {
		return {findings: this.#breaches.map(breach => this.#findingOf(breach)), files: this.#files, unread: this.#unread};
	}

	#look(sightings: readonly Sighted[], file: string, source: string): void {
		const lines = new CommentedLines(source);
		let place: TextPlace | undefined;
		for (const sighted of sightings) {
			place = placeOf(source, sighted.offset, place);
			if (!sighted.breach || this.#mayStand(sighted, lines, place.line)) {
				this.#replacements.reserve(sighted);
			} else {
				this.#breaches.push({file, place, sighted, source: source.slice(sighted.offset, sighted.offset + sighted.text.length)});
			}
		}
	}

	#mayStand({kind, text, ruledBy}: Sighted, lines: CommentedLines, line: number): boolean {
		return this.#allowances.hasValue(text) || lines.allows(kind, line) || (ruledBy !== undefined && lines.allows(kind, ruledBy));
	}

	#findingOf({file, place: {line, column}, sighted, source}: Breach): TestDataFinding {
		const {kind, text, breach} = sighted;
		const replacement = restore(this.#replacements.for(sighted), text, source);
		return {kind, file, line, column, value: breach!.masked ?? source, why: breach!.why, replacement};
	}
}

/** Puts back what a template inserts, in the part that a replacement shares with the value. */
function restore(replacement: string, text: string, source: string): string {
	const shared = sharedStart(text, replacement);
	return source.slice(0, shared) + replacement.slice(shared);
}
