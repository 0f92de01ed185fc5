import type {Bench, Measurement} from '../line.ts';
import type {BenchServer} from '../options.ts';
import type {GivenServer} from './given-server.ts';
import {writeProject, type Project} from './project.ts';
import {emptyFile, handwrittenFile, harnessFile, serverVariable} from './test-files.ts';

/** What is said for each line about the suites where their script is missing. */
export function withoutChinook(what: string): Measurement[] {
	return [{what, note: 'skipped: no Chinook script; set CHINOOK_SQL to the path of Chinook_PostgreSql.sql (github.com/lerocha/chinook-database)'}];
}

interface Shape {
	readonly name: string;
	readonly files: number;
	readonly isChildProcess?: boolean;
	readonly home?: string;
}

/** The suite with the harness. */
export async function harnessProject({workspace}: Bench, server: BenchServer, {name, script, testFile = harnessFile, workers, ...shape}: Shape & {readonly script: string; readonly testFile?: string; readonly workers?: number | undefined}): Promise<Project> {
	return writeProject(workspace, {...shape, name: `${name}-${server}`, testFile, harness: {server, schemas: [script], workers}});
}

/** As many tests in which nothing happens. */
export async function emptyProject({workspace}: Bench, {name, ...shape}: Shape): Promise<Project> {
	return writeProject(workspace, {...shape, name: `${name}-empty`, testFile: emptyFile});
}

/** The suite by hand, on a server that is given. */
export async function handwrittenProject({workspace}: Bench, server: BenchServer, {given, files, name = 'suite', testFile = handwrittenFile}: {readonly given: GivenServer; readonly files: number; readonly name?: string; readonly testFile?: string}): Promise<Project> {
	return writeProject(workspace, {name: `${name}-handwritten-${server}`, files, testFile, env: {[serverVariable]: JSON.stringify(given.connection)}});
}
