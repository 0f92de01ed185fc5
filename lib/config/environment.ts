import {ConfigError} from '../errors.ts';
import type {HarnessOptions} from './options.ts';
import {validateOptions} from './validate.ts';

const texts = {server: 'SERVER', strayConnections: 'STRAY_CONNECTIONS', image: 'IMAGE', binaries: 'BINARIES', role: 'ROLE', seeds: 'SEEDS', onUnavailable: 'ON_UNAVAILABLE', historyFile: 'HISTORY_FILE', monitor: 'MONITOR', repeatedStatements: 'REPEATED_STATEMENTS'} as const;
const numbers = {workers: 'WORKERS', lanes: 'LANES', lingerMs: 'LINGER_MS', budgetMs: 'BUDGET_MS', maxQueries: 'MAX_QUERIES', slowMs: 'SLOW_MS', shuffle: 'SHUFFLE'} as const;
const lists = {schemas: 'SCHEMAS', allowServers: 'ALLOW_SERVERS', fingerprint: 'FINGERPRINT', allowedRepeats: 'ALLOWED_REPEATS'} as const;
/** Lists that are a text when they have one item. */
const textsOrLists = {report: 'REPORT'} as const;

const suffixes: Readonly<Record<string, string>> = {...texts, ...numbers, ...lists, ...textsOrLists};

/** Variables that are no options: what a run tells its processes, and where things lie. */
const others = ['MODE', 'SESSION', 'RUN', 'SKIPPED', 'OUTSIDE', 'CACHE', 'DATA', 'KEEPER', 'MEASURING', 'BUNDLE'];
const prefix = 'DATAFLOW_TDD_';

type Environment = Readonly<Record<string, string | undefined>>;

function read<T>(names: Readonly<Record<string, string>>, env: Environment, convert: (text: string) => T): Array<[string, T]> {
	return Object.entries(names).flatMap(([option, suffix]) => {
		const text = env[`${prefix}${suffix}`];
		return text === undefined || text === '' ? [] : [[option, convert(text)] as [string, T]];
	});
}

const listOf = (text: string): string[] => text.split(',').map(item => item.trim());

/** How many letters have to be put in, left out, exchanged or swapped with their neighbour. */
function distance(one: string, other: string): number {
	let [before, last]: [number[], number[]] = [[], Array.from({length: other.length + 1}, (_, index) => index)];
	for (let row = 1; row <= one.length; row++) {
		const next = [row];
		for (let column = 1; column <= other.length; column++) {
			const cost = one[row - 1] === other[column - 1] ? 0 : 1;
			const isSwap = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
			next.push(Math.min(last[column]! + 1, next[column - 1]! + 1, last[column - 1]! + cost, isSwap ? before[column - 2]! + 1 : Infinity));
		}

		[before, last] = [last, next];
	}

	return last[other.length]!;
}

const bare = (suffix: string): string => suffix.toUpperCase().replaceAll(/[^A-Z]/g, '');

/** A known variable that a name resembles: letters apart by one, in longer ones by two. */
function closest(suffix: string): string | undefined {
	const near = (known: string): boolean => distance(bare(suffix), bare(known)) <= (bare(known).length < 5 ? 1 : 2);
	return [...Object.values(suffixes), ...others].find(known => near(known));
}

/** A slip would be as if nothing had been set. Names that resemble none may be somebody else's. */
function refuseSlips(env: Environment): void {
	const known = new Set([...Object.values(suffixes), ...others]);
	for (const name of Object.keys(env).filter(name => name.startsWith(prefix))) {
		const suffix = name.slice(prefix.length);
		const suggestion = known.has(suffix) || (env[name] ?? '') === '' ? undefined : closest(suffix);
		if (suggestion !== undefined) {
			throw new ConfigError('ERR_CONFIG_INVALID', {
				what: `The variable ${name} in the environment is not known.`,
				why: `It may be a slip for '${prefix}${suggestion}'.`,
				fix: `Write ${prefix}${suggestion}, or take ${name} out of the environment.`,
			});
		}
	}
}

/**
 * The options that the environment sets: `DATAFLOW_TDD_LINGER_MS=0` is `{lingerMs: 0}`; lists are comma-separated.
 * @throws {ERR_CONFIG_INVALID} for a value of the wrong kind, or a variable whose name is a slip
 */
export function optionsFromEnvironment(env: Environment): HarnessOptions {
	refuseSlips(env);
	const options = Object.fromEntries<unknown>([
		...read(texts, env, text => text),
		// What is no number stays a text, so that the error shows it as it was written.
		...read<unknown>(numbers, env, text => Number.isNaN(Number(text)) ? text : Number(text)),
		...read(lists, env, listOf),
		...read(textsOrLists, env, text => text.includes(',') ? listOf(text) : text),
	]);
	return validateOptions(options, 'the environment (DATAFLOW_TDD_*)', option => `the environment (DATAFLOW_TDD_${suffixes[option]})`);
}
