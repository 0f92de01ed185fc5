import process from 'node:process';
import {InvalidArgumentError} from 'commander';
import {assertNodeVersion} from '../../config/node-version.ts';
import {fail} from '../output.ts';
import type {CommonOptions} from '../project.ts';

type Action<Options> = (options: Options) => Promise<boolean | void>;

/** Loads a command only when it is called, runs it, and turns what it throws or returns into an exit code. */
export function lazily<Options>(load: () => Promise<Action<Options>>): (options: Options) => Promise<void> {
	return async options => {
		try {
			assertNodeVersion();
			const action = await load();
			if (await action(options) === false) {
				process.exitCode = 1;
			}
		} catch (error) {
			fail(error, options as CommonOptions);
		}
	};
}

/** The same for a command with arguments: they come to it as the option `args`. */
export function withArguments<Options>(load: () => Promise<Action<Options>>): (args: readonly string[], options: object) => Promise<void> {
	return async (args, options) => lazily(load)({...options, args} as Options);
}

/** Reads the value of an option that is a number. */
export function numberFrom(least: number, {whole = false, why}: {readonly whole?: boolean; readonly why: string}): (text: string) => number {
	return text => {
		const number = Number(text);
		if (text.trim() === '' || !(number >= least) || (whole && !Number.isInteger(number))) {
			throw new InvalidArgumentError(why);
		}

		return number;
	};
}
