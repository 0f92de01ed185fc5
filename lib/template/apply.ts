import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import type {Kysely} from 'kysely';
import {leadTo} from '../config/stray.ts';
import {TemplateError, redact} from '../errors.ts';
import type {Client} from '../postgres/client.ts';
import {withoutDown} from './down-sections.ts';
import {foreignToolOf} from './foreign-migration.ts';
import {runScript} from './script/run.ts';
import type {SchemaStep} from './sources.ts';

/** The database that a schema is applied to, in the three forms in which the kinds of step want it. */
export interface Target {
	readonly client: Client;
	readonly db: Kysely<any>;
	readonly url: string;
	readonly projectDir: string;
}

/**
 * Applies one step of the schema.
 * @throws {ERR_TEMPLATE_SQL} with file, line and PostgreSQL's message, {ERR_TEMPLATE_MIGRATION}, {ERR_TEMPLATE_COMMAND}
 */
export async function applyStep(step: SchemaStep, target: Target): Promise<void> {
	switch (step.kind) {
		case 'sql': {
			const file = path.relative(target.projectDir, step.file);
			await runScript(target.client, {file, text: withoutDown(await readFile(step.file, 'utf8'))});
			break;
		}

		case 'migration': {
			await runMigration(step.file, target);
			break;
		}

		case 'command': {
			await runCommand(step.command, target);
			break;
		}
	}
}

/**
 * Knex's migrations run on a Kysely without an error and without any effect, since both have a `schema.createTable`.
 * So whose a migration is has to be known before it runs.
 */
async function refuseForeign(file: string, projectDir: string): Promise<void> {
	const tool = foreignToolOf(await readFile(file, 'utf8'));
	if (tool) {
		const folder = path.relative(projectDir, path.dirname(file)).split(path.sep).join('/');
		throw new TemplateError('ERR_TEMPLATE_MIGRATION', {
			what: `The migration ${path.relative(projectDir, file)} is one of ${tool.name}, not of Kysely.`,
			why: `Its \`up\` expects what ${tool.name} hands it; the harness hands a Kysely to migrations in TypeScript and JavaScript.`,
			fix: `Let ${tool.name} apply its migrations: {schemas: {command: '${tool.command}', inputs: ['${folder}']}}`,
		});
	}
}

/** What Kysely builds does nothing until it is executed; a migration that returns it has forgotten that. */
function refuseUnexecuted(result: unknown): void {
	if (typeof (result as {execute?: unknown} | undefined)?.execute === 'function') {
		throw new TypeError('it returns a statement that was never executed; end it with `.execute()`');
	}
}

async function runMigration(file: string, {db, projectDir}: Target): Promise<void> {
	const name = path.relative(projectDir, file);
	await refuseForeign(file, projectDir);
	try {
		const module = await import(pathToFileURL(file).href) as {up?: (db: Kysely<any>) => Promise<void>};
		if (typeof module.up !== 'function') {
			throw new TypeError('it exports no function `up`; begin the name of a helper file with an underscore');
		}

		refuseUnexecuted(await module.up(db));
	} catch (error) {
		const {message, detail} = error as Error & {detail?: string};
		throw new TemplateError('ERR_TEMPLATE_MIGRATION', {
			what: `The migration ${name} failed: ${message}.`,
			why: detail ? `PostgreSQL says: ${detail}` : 'Migrations run in path order, each after the ones before it.',
			fix: 'Correct it and run again; nothing half-built was kept.',
			cause: error,
		});
	}
}

async function runCommand(command: string, {url, projectDir}: Target): Promise<void> {
	const child = spawn(command, {shell: true, detached: true, cwd: projectDir, env: leadTo(process.env, url), stdio: ['ignore', 'pipe', 'pipe']});
	let output = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (chunk: Buffer) => {
			output = (output + chunk.toString()).slice(-4000);
		});
	}

	const endGroup = (): void => {
		try {
			process.kill(-child.pid!, 'SIGKILL');
		} catch {}
	};

	// The command and all that it started are one group, which must not outlive this process.
	process.once('exit', endGroup);
	const [status] = await once(child, 'close') as [number | null];
	process.off('exit', endGroup);
	if (status !== 0) {
		throw new TemplateError('ERR_TEMPLATE_COMMAND', {
			what: `The schema command \`${command}\` ended with exit code ${status ?? 'none'}; it printed: ${redact(output.trim().slice(-600))}`,
			why: 'It ran in the project folder, where DATABASE_URL and the PG* variables lead to the empty database, and URLs of other databases lead nowhere.',
			fix: 'Run it by hand against an empty database to see what is wrong.',
		});
	}
}
