import type {CommanderError} from 'commander';
import {CliError, type ErrorParts} from '../errors.ts';
import type {CliCommand} from './cli-command.ts';

/** True where programs read: asked for before anything is parsed, since what is wrong may be in the way of that. */
export function isJsonWanted(argv: readonly string[]): boolean {
	const end = argv.indexOf('--');
	return argv.slice(0, end === -1 ? argv.length : end).includes('--json');
}

/** How a command was called is wrong. */
export function usageError(command: string, {what, why}: Pick<ErrorParts, 'what' | 'why'>): CliError {
	return new CliError('ERR_CLI_USAGE', {what, why, fix: `Run: npx dataflow-tdd ${command} --help`});
}

/** Says in the harness's own form what commander found wrong. */
export function explainUsage(command: CliCommand, error: CommanderError): CliError {
	const [, found = '', suggestion] = /^(?:error: )?(.*?)(?:\n\((Did you mean .*)\))?$/s.exec(error.message) ?? [];
	const [what, reason] = split(found);
	const guess = suggestion === undefined ? '' : ` ${suggestion}`;
	const call = `npx ${command.path}`;
	const example = command.firstExample === undefined ? '' : ` An example: ${command.firstExample.replace(/^dataflow-tdd/, 'npx dataflow-tdd')}`;
	return new CliError('ERR_CLI_USAGE', {
		what: `${what}.${guess}`, why: reason ?? explain(command, error.code), fix: `Run: ${call} --help${example === '' ? '' : `.${example}`}`, cause: error,
	});
}

/** Commander's sentence begins with a small letter and ends without a stop; a second one, if there is one, says why. */
function split(found: string): readonly [what: string, why: string | undefined] {
	const words = found.replace(/^option '(\S+)[^']*' argument missing$/, 'the option $1 has no value').replace(/^option '(\S+)[^']*' argument ('.*?') is invalid\./s, 'the option $1 is $2.');
	const [, what = words, why] = /^(the option \S+ is '.*?'|too many arguments(?: for '[^']*')?)\. (.+)$/s.exec(words) ?? [];
	return [`${what.charAt(0).toUpperCase()}${what.slice(1)}`.replace(/\.$/, ''), why];
}

function explain(command: CliCommand, code: string): string {
	if (code === 'commander.unknownCommand') {
		return `The commands are ${command.commands.map(one => one.name()).join(', ')}.`;
	}

	const options = command.options.map(({long}) => long).join(', ');
	return code === 'commander.unknownOption' ? `The options are ${options}.` : 'It cannot be left out.';
}
