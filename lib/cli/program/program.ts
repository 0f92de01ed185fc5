import process from 'node:process';
import type {CommanderError} from 'commander';
import {packageVersion} from '../../keeper/identity.ts';
import {CliCommand} from '../cli-command.ts';
import {explainUsage} from '../usage.ts';
import {addDatabaseCommands, addServerCommands} from './server-commands.ts';
import {addSnapshotCommands} from './snapshot-commands.ts';
import {addProjectCommands, addRunCommands} from './suite-commands.ts';

/** Help and the version were asked for; help that was not asked for is what a call without a command gets. */
function end(command: CliCommand, error: CommanderError): never {
	if (error.exitCode === 0 || error.code === 'commander.help') {
		process.exit(error.exitCode === 0 ? 0 : 2);
	}

	throw explainUsage(command, error);
}

/** The command line, as it is parsed, and as it is shown by `--help`. */
export function makeProgram(): CliCommand {
	const program = new CliCommand('dataflow-tdd');
	program.description('A real, ephemeral PostgreSQL for every test.')
		.version(packageVersion())
		.configureOutput({outputError() {}})
		.addExamples(['dataflow-tdd doctor'], 'Exit codes: 0 all is well; 1 the command failed, or found something; 2 a command or an option cannot be used; 130 Ctrl-C.');
	addServerCommands(program);
	addProjectCommands(program);
	addRunCommands(program);
	addDatabaseCommands(program);
	addSnapshotCommands(program);
	endOwnWay(program);
	return program;
}

function endOwnWay(command: CliCommand): void {
	command.exitOverride(error => end(command, error));
	for (const inner of command.commands as CliCommand[]) {
		endOwnWay(inner);
	}
}
