import {shorten} from '../context/errors.ts';
import {framesOf} from '../context/origin.ts';
import type {RepeatedStatement} from './records.ts';
import type {CollectedStatement} from './recorder.ts';

/** Of a statement, what decides whether it was repeated. */
export type RepeatableStatement = Pick<CollectedStatement, 'index' | 'text' | 'isBuilt' | 'count' | 'origins'>;

/** The same statement, sent from the same place twice or more; its text is that of the first, and raw SQL may differ in its literals. */
export interface Repeat extends RepeatedStatement {
	readonly text: string;
}

/** How many raw texts are looked at that may be the same statement with other literals: a stack costs 10 µs. */
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
	const alike = alikeRaw(statements);
	const places = statements.filter(statement => statement.count > 1 || alike.has(statement)).flatMap(statement => placesOf(statement));
	const merged = [...Map.groupBy(places, ({stack}) => stack).values()].map(async here => mergeRaw(here));
	return (await Promise.all(merged)).flat()
		.filter(({text, stack, count}) => count > 1 && !allowed.some(part => text.includes(part) || stack.includes(part)))
		.toSorted((one, other) => other.count - one.count)
		.map(({statement, text, count, stack}) => ({statement, text, count, stack}));
}

/** The raw texts that begin like another one. A look at the beginning spares most tests their stacks. */
function alikeRaw(statements: readonly RepeatableStatement[]): ReadonlySet<RepeatableStatement> {
	const raw = statements.filter(({isBuilt, text}) => !isBuilt && text.length <= parsedCharacters);
	const byBeginning = Map.groupBy(raw, ({text}) => text.slice(0, comparedCharacters).split('\'')[0]!.replaceAll(/\d+/g, '0'));
	return new Set([...byBeginning.values()].filter(group => group.length > 1).flat().slice(0, stacksOfRaw));
}

/** Where a statement was sent from, and how often. */
function placesOf({index: statement, text, isBuilt, count, origins}: RepeatableStatement): Place[] {
	const places = [...Map.groupBy(origins, origin => framesOf(origin, Infinity))];
	// Only the first calls are known by their place; where all of these are the same, so are the rest.
	return places.filter(([stack]) => stack !== '').map(([stack, here]) => ({statement, text, isBuilt, stack, count: places.length === 1 ? count : here.length}));
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
