import {ConfigError} from '../errors.ts';

/** Whether a value can be used. */
export type Check = (value: unknown) => boolean;

/** What each option may be, by name: the test, and its words for the error. */
export type Rules = Readonly<Record<string, readonly [Check, string]>>;

export const isText: Check = value => typeof value === 'string' && value !== '';
export const isTextList: Check = value => Array.isArray(value) && value.every(item => isText(item));
export const isCountFromZero: Check = value => Number.isInteger(value) && (value as number) >= 0;
export const oneOf = (...values: readonly string[]): Check => value => values.includes(value as string);

/** An option as it was given. */
export interface GivenOption {
	readonly name: string;
	readonly value: unknown;
	/** Such as `dataflow-tdd.config.mjs`. */
	readonly where: string;
}

/** A value and its kind, for an error. */
export function showValue(value: unknown): string {
	return `${typeof value === 'number' || typeof value === 'bigint' ? String(value) : JSON.stringify(value)} (${Array.isArray(value) ? 'list' : typeof value})`;
}

function closest(name: string, rules: Rules): string | undefined {
	const letters = name.toLowerCase().replaceAll(/[^a-z]/g, '');
	return letters.length < 3 ? undefined : Object.keys(rules).find(known => known.toLowerCase() === letters || known.toLowerCase().startsWith(letters.slice(0, 4)));
}

/** Of a list, the first item that is wrong, where others are right. */
function wrongItem(value: unknown, isValid: Check): unknown {
	return Array.isArray(value) && value.some(item => isValid([item])) ? value.find(item => !isValid([item])) : undefined;
}

/**
 * Holds an option against its rule; undefined is as good as none.
 * @throws {ERR_CONFIG_INVALID} for an unknown option or a value of the wrong kind
 */
export function checkOption({name, value, where}: GivenOption, rules: Rules): void {
	const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
	if (!rule) {
		const suggestion = closest(name, rules);
		throw new ConfigError('ERR_CONFIG_INVALID', {
			what: `The option '${name}' in ${where} is not known.`,
			why: suggestion ? `It may be a slip for '${suggestion}'.` : 'It may belong to another tool or version.',
			fix: `Use one of: ${Object.keys(rules).join(', ')}.`,
		});
	}

	const [isValid, expected] = rule;
	if (value !== undefined && !isValid(value)) {
		const item = wrongItem(value, isValid);
		throw new ConfigError('ERR_CONFIG_INVALID', {
			what: `The option '${name}' in ${where} is ${showValue(value)}${item === undefined ? '' : `, of which ${JSON.stringify(item)} is wrong`}.`,
			why: `It has to be ${expected}.`,
			fix: `Change it in ${where}.`,
		});
	}
}
