#!/usr/bin/env node
import process from 'node:process';
import {allowEarlyEnd, fail} from './output.ts';
import {makeProgram} from './program/program.ts';
import {isJsonWanted} from './usage.ts';

allowEarlyEnd(process.stdout);
try {
	await makeProgram().parseAsync();
} catch (error) {
	fail(error, {json: isJsonWanted(process.argv)});
}
