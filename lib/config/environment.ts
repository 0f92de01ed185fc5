import type {HarnessOptions} from './options.ts';
import {validateOptions} from './validate.ts';

const texts = {server: 'SERVER', strayConnections: 'STRAY_CONNECTIONS', image: 'IMAGE', binaries: 'BINARIES', role: 'ROLE', seeds: 'SEEDS', onUnavailable: 'ON_UNAVAILABLE', historyFile: 'HISTORY_FILE', monitor: 'MONITOR', repeatedStatements: 'REPEATED_STATEMENTS'} as const;
const numbers = {workers: 'WORKERS', lanes: 'LANES', lingerMs: 'LINGER_MS', budgetMs: 'BUDGET_MS', maxQueries: 'MAX_QUERIES', slowMs: 'SLOW_MS', shuffle: 'SHUFFLE'} as const;
const lists = {schemas: 'SCHEMAS', allowServers: 'ALLOW_SERVERS', fingerprint: 'FINGERPRINT', allowedRepeats: 'ALLOWED_REPEATS'} as const;
/** Lists that are a text when they have one item. */
const textsOrLists = {report: 'REPORT'} as const;

const suffixes: Readonly<Record<string, string>> = {...texts, ...numbers, ...lists, ...textsOrLists};

type Environment = Readonly<Record<string, string | undefined>>;

function read<T>(names: Readonly<Record<string, string>>, env: Environment, convert: (text: string) => T): Array<[string, T]> {
	return Object.entries(names).flatMap(([option, suffix]) => {
		const text = env[`DATAFLOW_TDD_${suffix}`];
		return text === undefined || text === '' ? [] : [[option, convert(text)] as [string, T]];
	});
}

const listOf = (text: string): string[] => text.split(',').map(item => item.trim());

/** The options that the environment sets: `DATAFLOW_TDD_LINGER_MS=0` is `{lingerMs: 0}`; lists are comma-separated. */
export function optionsFromEnvironment(env: Environment): HarnessOptions {
	const options = Object.fromEntries<unknown>([
		...read(texts, env, text => text),
		// What is no number stays a text, so that the error shows it as it was written.
		...read<unknown>(numbers, env, text => Number.isNaN(Number(text)) ? text : Number(text)),
		...read(lists, env, listOf),
		...read(textsOrLists, env, text => text.includes(',') ? listOf(text) : text),
	]);
	return validateOptions(options, 'the environment (DATAFLOW_TDD_*)', option => `the environment (DATAFLOW_TDD_${suffixes[option]})`);
}
