import {ConfigError} from '../errors.ts';
import {checkOption, isCountFromZero, isText, isTextList, oneOf, showValue, type Check, type Rules} from './check-option.ts';
import type {HarnessOptions} from './options.ts';

const isSource: Check = value => isText(value)
	|| (typeof value === 'object' && value !== null && isText((value as {command?: unknown}).command) && isTextList((value as {inputs?: unknown}).inputs));
const isCount: Check = value => Number.isInteger(value) && (value as number) >= 1;
const isDuration: Check = value => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isBudgets: Check = value => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(item => isDuration(item));
/** A name, an IPv6 address, or the folder of a socket. */
const isHost: Check = value => typeof value === 'string' && /^(?:[^\s/@:]+|[\da-f]*:[\da-f:.]*:[\da-f:.]*|\/\S+)$/i.test(value);
const isReport: Check = value => typeof value === 'string' && /^(?:summary|none|(?:json|junit|html|trace)(?:=.+)?)$/.test(value);

/** What each option may be: the test, and its words for the error. */
const rules = {
	schemas: [value => isSource(value) || (Array.isArray(value) && value.every(item => isSource(item))), 'a path, {command, inputs}, or a list of these'],
	seeds: [isText, 'the path of a folder'],
	server: [value => oneOf('auto', 'container', 'embedded')(value) || /^postgres(ql)?:\/\//.test(String(value)), `'auto', 'container', 'embedded' or a postgres:// URL`],
	allowServers: [value => isTextList(value) && (value as string[]).every(host => isHost(host)), `a list of host names without ports, such as 'db.abc.supabase.co'`],
	strayConnections: [oneOf('refuse', 'allow'), `'refuse' or 'allow'`],
	image: [isText, `the name of an image, such as 'postgres:17'`],
	binaries: [isText, 'the path of a folder that holds postgres and initdb'],
	workers: [isCount, 'a whole number from 1'],
	lanes: [isCount, 'a whole number from 1'],
	role: [isText, `the name of a role that the schema makes, such as 'shop_app'`],
	shuffle: [value => value === 'random' || Number.isSafeInteger(value), `a whole number, or 'random'`],
	lingerMs: [isDuration, 'a number of milliseconds from 0'],
	monitor: [oneOf('on', 'off'), `'on' or 'off'`],
	budgetMs: [value => isDuration(value) || isBudgets(value), `a number of milliseconds from 0, or such numbers by fixture: {default: 100, tddParallelSafe: 250}`],
	maxQueries: [isCountFromZero, 'a whole number from 0'],
	repeatedStatements: [oneOf('warn', 'fail', 'off'), `'warn', 'fail' or 'off'`],
	allowedRepeats: [isTextList, 'a list of texts'],
	slowMs: [isDuration, 'a number of milliseconds from 0'],
	onUnavailable: [oneOf('fail', 'skip'), `'fail' or 'skip'`],
	fingerprint: [isTextList, 'a list of texts or paths'],
	historyFile: [isText, 'the path of a file'],
	report: [value => [value].flat().every(item => isReport(item)), `'summary', 'none', or a list of 'summary', 'json', 'junit', 'html', 'trace', each file with its path if wanted: 'junit=out/junit.xml'`],
} as const satisfies Record<keyof HarnessOptions, Rules[string]>;

/**
 * Checks options from one place and names that place in the error; `placeOf` says where one option lies, default `where`.
 * @throws {ERR_CONFIG_INVALID} for an unknown option or a value of the wrong kind
 */
export function validateOptions(options: unknown, where: string, placeOf: (option: string) => string = () => where): HarnessOptions {
	if (typeof options !== 'object' || options === null || Array.isArray(options)) {
		throw new ConfigError('ERR_CONFIG_INVALID', {
			what: `The options in ${where} are ${showValue(options)}.`,
			why: 'Options are an object.',
			fix: `Write them as {server: 'auto'}; README, section Options, lists them.`,
		});
	}

	for (const [name, value] of Object.entries(options)) {
		checkOption({name, value, where: placeOf(name)}, rules);
	}

	return options;
}
