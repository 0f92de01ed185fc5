import {shorten} from '../context/errors.ts';
import {framesOf} from '../context/origin.ts';

/** A statement of a test, as far as repetition goes. */
export interface RepeatableStatement {
	readonly text: string;
	readonly origin: Error;
	/** True when Kysely built it: then values are parameters, and the same query has the same text. */
	readonly isBuilt: boolean;
}

/** The same statement, sent from the same place twice or more. */
export interface Repeat {
	/** As it was sent first; those of raw SQL may differ in their literals. */
	readonly text: string;
	readonly count: number;
	/** The user's frames, the nearest first. */
	readonly stack: string;
}

/** How many stacks of one text are made: each costs 10 µs. */
const stacksPerText = 20;
/** How many are made of raw texts that may be the same statement with other literals. */
const stacksOfRaw = 200;
/** So much of the beginning of two raw texts has to be alike for that. */
const comparedCharacters = 16;
/** What is longer is data rather than a statement. */
const parsedCharacters = 20_000;

/** A text at one place. */
interface Place extends Repeat {
	readonly isBuilt: boolean;
}

/**
 * Finds the statements that were sent from the same place again and again: the same text, or raw SQL that differs in nothing but
 * literals, behind the same frames of the user's code.
 * @param allowed parts of statements or of frames: what has one of them is left out
 * @returns those with the highest counts first
 */
export async function findRepeats(statements: readonly RepeatableStatement[], allowed: readonly string[] = []): Promise<readonly Repeat[]> {
	if (statements.length < 2) {
		return [];
	}

	const groups = [...Map.groupBy(statements, ({text}) => text).values()];
	const alike = alikeRaw(groups);
	const places = groups.filter(group => group.length > 1 || alike.has(group[0]!)).flatMap(group => placesOf(group));
	const merged = [...Map.groupBy(places, ({stack}) => stack).values()].map(async here => mergeRaw(here));
	return (await Promise.all(merged)).flat()
		.filter(({text, stack, count}) => count > 1 && !allowed.some(part => text.includes(part) || stack.includes(part)))
		.toSorted((one, other) => other.count - one.count)
		.map(({text, count, stack}) => ({text, count, stack}));
}

/** The first of each raw text that begins like another one. A look at the beginning spares most tests their stacks. */
function alikeRaw(groups: ReadonlyArray<readonly RepeatableStatement[]>): ReadonlySet<RepeatableStatement> {
	const raw = groups.map(([first]) => first!).filter(({isBuilt, text}) => !isBuilt && text.length <= parsedCharacters);
	const byBeginning = Map.groupBy(raw, ({text}) => text.slice(0, comparedCharacters).split('\'')[0]!.replaceAll(/\d+/g, '0'));
	return new Set([...byBeginning.values()].filter(group => group.length > 1).flat().slice(0, stacksOfRaw));
}

/** Where a text was sent from, and how often. */
function placesOf(group: readonly RepeatableStatement[]): Place[] {
	const places = [...Map.groupBy(group.slice(0, stacksPerText), ({origin}) => framesOf(origin, Infinity))];
	const [{text, isBuilt}] = group as [RepeatableStatement];
	// Where all that were looked at came from one place, so did the rest.
	return places.filter(([stack]) => stack !== '').map(([stack, here]) => ({text, isBuilt, stack, count: places.length === 1 ? group.length : here.length}));
}

/** Adds up the raw texts of one place that PostgreSQL's parser takes for the same statement. */
async function mergeRaw(places: readonly Place[]): Promise<readonly Place[]> {
	const raw = places.filter(({isBuilt}) => !isBuilt);
	if (raw.length < 2) {
		return places;
	}

	const {loadModule, fingerprintSync} = await import('libpg-query');
	await loadModule();
	const byFingerprint = Map.groupBy(raw, ({text}) => {
		try {
			return fingerprintSync(text);
		} catch {
			// PostgreSQL has refused it as well.
			return text;
		}
	});
	const merged = [...byFingerprint.values()].map(group => ({...group[0]!, count: group.reduce((sum, {count}) => sum + count, 0)}));
	return [...places.filter(({isBuilt}) => isBuilt), ...merged];
}

/** A warning about a repeated statement: the statement, how often, and from where. */
export function describeRepeat({text, count, stack}: Repeat): string {
	return `The same statement was sent ${count} times from one place (N+1?):\n  ${shorten(text)}\n${stack}`;
}
