import {shorten} from '../context/errors.ts';
import {framesOf} from '../context/origin.ts';
import type {RepeatedStatement} from './records.ts';
import type {CollectedStatement} from './recorder.ts';

/** Of a statement, what decides whether it was repeated. */
export type RepeatableStatement = Pick<CollectedStatement, 'index' | 'text' | 'isBuilt' | 'count' | 'origins' | 'retried'>;

/** The same statement, sent from the same place twice or more; its text is that of the first, and raw SQL may differ in its literals, what Kysely has built in the length of its lists. */
export interface Repeat extends RepeatedStatement {
	readonly text: string;
}

/** How many texts are looked at that may be the same statement as another one: a stack costs 10 µs. */
const stacksOfAlike = 200;
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
 * literals and Kysely's that differs in nothing but the length of lists, behind the same frames of the user's code. Calls in
 * transactions that had to be tried again do not count.
 * @param allowed parts of statements or of frames: what has one of them is left out
 * @returns those with the highest counts first
 */
export async function findRepeats(statements: readonly RepeatableStatement[], allowed: readonly string[] = []): Promise<readonly Repeat[]> {
	const alike = findAlike(statements);
	const places = statements.filter(statement => statement.count - statement.retried > 1 || alike.has(statement)).flatMap(statement => placesOf(statement));
	const merged = [...Map.groupBy(places, ({stack}) => stack).values()].map(async here => mergeAlike(here));
	return (await Promise.all(merged)).flat()
		.filter(({text, stack, count}) => count > 1 && !allowed.some(part => text.includes(part) || stack.includes(part)))
		.toSorted((one, other) => other.count - one.count)
		.map(({isBuilt: _isBuilt, ...repeat}) => repeat);
}

/** What two texts have in common that may be the same statement; undefined for those that are compared as they are. */
function beginningOf({text, isBuilt}: Pick<RepeatableStatement, 'text' | 'isBuilt'>): string | undefined {
	if (text.length > parsedCharacters) {
		return undefined;
	}

	if (isBuilt) {
		// Lists of other lengths differ behind their first parameter.
		return text.includes('$') ? `built ${text.slice(0, text.indexOf('$'))}` : undefined;
	}

	return `raw ${text.slice(0, comparedCharacters).split('\'')[0]!.replaceAll(/\d+/g, '0')}`;
}

/** The texts that begin like another one. A look at the beginning spares most tests their stacks. */
function findAlike(statements: readonly RepeatableStatement[]): ReadonlySet<RepeatableStatement> {
	const groups = Map.groupBy(statements, beginningOf);
	groups.delete(undefined);
	return new Set([...groups.values()].filter(group => group.length > 1).flat().slice(0, stacksOfAlike));
}

/** Where a statement was sent from, and how often. */
function placesOf({index: statement, text, isBuilt, count: all, retried, origins}: RepeatableStatement): Place[] {
	const count = all - retried;
	const places = [...Map.groupBy(origins, origin => framesOf(origin, Infinity))];
	// Only the first calls are known by their place; where all of these are the same, so are the rest.
	const isKnown = places.length === 1 || count === origins.length;
	return places.filter(([stack]) => stack !== '').map(([stack, here]) => ({
		statement, text, isBuilt, stack, count: places.length === 1 ? count : here.length, ...!isKnown && {isAtLeast: true},
	}));
}

/** Adds up the texts of one place that PostgreSQL's parser takes for the same statement; it is asked only where two begin alike. */
async function mergeAlike(places: readonly Place[]): Promise<readonly Place[]> {
	const groups = [...Map.groupBy(places, beginningOf)];
	const merged = groups.map(async ([beginning, group]) => beginning === undefined || group.length === 1 ? group : mergeSame(group));
	return (await Promise.all(merged)).flat();
}

async function mergeSame(places: readonly Place[]): Promise<readonly Place[]> {
	const {loadModule, fingerprintSync} = await import('libpg-query');
	await loadModule();
	const byFingerprint = Map.groupBy(places, ({text, isBuilt}) => {
		try {
			return fingerprintSync(text) + (isBuilt ? literalsOf(text) : '');
		} catch {
			// PostgreSQL has refused it as well.
			return text;
		}
	});
	return [...byFingerprint.values()].map(group => ({
		...group[0]!,
		count: group.reduce((sum, {count}) => sum + count, 0),
		...group.some(({isAtLeast}) => isAtLeast) && {isAtLeast: true},
	}));
}

/** Kysely sends values as parameters: what stands in its text was put there on purpose, and other literals are another query. */
function literalsOf(text: string): string {
	return (text.match(/'(?:[^']|'')*'|(?<![$\w"])\d+/g) ?? []).join(' ');
}

/** How often, in words: `3 times`, `at least 19 times`. */
export function timesOf({count, isAtLeast = false}: Pick<RepeatedStatement, 'count' | 'isAtLeast'>): string {
	return `${isAtLeast ? 'at least ' : ''}${count} times`;
}

/** A warning about a repeated statement: the statement, how often, and from where. */
export function describeRepeat({text, stack, ...repeat}: Repeat): string {
	return `The same statement was sent ${timesOf(repeat)} from one place (N+1?):\n  ${shorten(text)}\n${stack}`;
}
