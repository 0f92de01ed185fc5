import {access, stat} from 'node:fs/promises';
import path from 'node:path';
import {glob} from 'tinyglobby';
import type {CommandSource, SchemaSource} from '../config/options.ts';
import {TemplateError} from '../errors.ts';

/** One thing to apply: a file of SQL, a migration module, or a command. */
export type SchemaStep =
	| {readonly kind: 'sql'; readonly file: string}
	| {readonly kind: 'migration'; readonly file: string}
	| {readonly kind: 'command'; readonly command: string; readonly inputs: readonly string[]};

// Reverting files of other tools lie beside the applying ones; names with a leading underscore are helpers.
const patterns = ['**/*.{sql,ts,mts,js,mjs}', '!**/*.d.{ts,mts}', '!**/*.down.sql', '!**/_*', '!**/node_modules/**'];

function stepOf(file: string): SchemaStep {
	return {kind: file.endsWith('.sql') ? 'sql' : 'migration', file};
}

async function missing(source: string): Promise<never> {
	throw new TemplateError('ERR_TEMPLATE_SOURCE', {
		what: `The schema source ${source} does not exist.`,
		why: `The option 'schemas' names it.`,
		fix: `Create it, or set 'schemas' to the folder of your migrations.`,
	});
}

/** The files of a folder in path order, as PostgreSQL's own tools and migration tools number them. */
async function expandPath(source: string): Promise<SchemaStep[]> {
	const status = await stat(source).catch(async () => missing(source));
	if (status.isFile()) {
		return [stepOf(source)];
	}

	const files = await glob(patterns, {cwd: source, absolute: true});
	return files.map(file => path.normalize(file)).toSorted(byPath).map(file => stepOf(file));
}

/** Compares folder by folder, so that `a/z.sql` comes before `ab/a.sql`. */
function byPath(a: string, b: string): number {
	const [left, right] = [a.split(path.sep), b.split(path.sep)];
	for (let index = 0; index < Math.min(left.length, right.length); index++) {
		const [x, y] = [left[index]!, right[index]!];
		if (x !== y) {
			return x < y ? -1 : 1;
		}
	}

	return left.length - right.length;
}

/**
 * Turns the schema sources of a project into the steps that build its schema, in order.
 * @throws {ERR_TEMPLATE_SOURCE} when a path does not exist
 */
export async function expandSources(sources: readonly SchemaSource[]): Promise<SchemaStep[]> {
	const steps = await Promise.all(sources.map(async source => typeof source === 'string'
		? expandPath(source)
		: [{kind: 'command' as const, command: source.command, inputs: source.inputs}]));
	return steps.flat();
}

/** The files that a command reads, as it names them, folders expanded. */
export async function expandInputs({inputs}: Pick<CommandSource, 'inputs'>): Promise<string[]> {
	const files = await Promise.all(inputs.map(async input => {
		await access(input).catch(async () => missing(input));
		return (await stat(input)).isDirectory() ? glob(['**/*', '!**/node_modules/**'], {cwd: input, absolute: true, dot: true}) : [input];
	}));
	return files.flat().map(file => path.normalize(file)).toSorted(byPath);
}
