#!/usr/bin/env node
import process from 'node:process';
import {fail} from './output.ts';
import {makeProgram} from './program/program.ts';
import {isJsonWanted} from './usage.ts';

try {
	await makeProgram().parseAsync();
} catch (error) {
	fail(error, {json: isJsonWanted(process.argv)});
}
