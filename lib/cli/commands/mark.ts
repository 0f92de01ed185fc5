import process from 'node:process';
import {withEnvFile} from '../../config/env-file.ts';
import {assertNotProduction, assertTestServer} from '../../config/guard.ts';
import type {HarnessConfig} from '../../config/options.ts';
import {ConfigError, GuardError} from '../../errors.ts';
import type {Client} from '../../postgres/client.ts';
import {ensureMarker, removeMarker} from '../../postgres/marker.ts';
import {assertUsable, connectExternal, type ExternalServer} from '../../server/external/admission.ts';
import {addressOf, parseServerUrl, withoutPassword} from '../../server/external/url.ts';
import {confirm} from '../confirm.ts';
import {describeLooked, lookAt, type Looked, type MarkedServer} from '../mark/look.ts';
import {leaveServer} from '../mark/own-databases.ts';
import {formatTable, print} from '../output.ts';
import {loadProjectConfig, type CommonOptions} from '../project.ts';

/** What `dataflow-tdd doctor --mark` and `--unmark` take. */
export interface MarkOptions extends CommonOptions {
	/** The URL of a server; true for the one that the option `server` names. */
	readonly target: string | true;
	/** Mark it without asking. */
	readonly yes?: boolean;
}

const isUrl = (text: string): boolean => /^postgres(?:ql)?:\/\//.test(text);

/** A URL without a password stands for the project's server, if it is the same but for that: so it can be pasted from an error. */
function findUrl(target: string | true, {server}: HarnessConfig): URL {
	const ofProject = isUrl(server) ? parseServerUrl(server) : undefined;
	if (target !== true) {
		const url = parseServerUrl(target);
		return ofProject && url.href === withoutPassword(ofProject) ? ofProject : url;
	}

	if (!ofProject) {
		throw new ConfigError('ERR_CONFIG_INVALID', {
			what: `No URL was given, and the option server is '${server}'.`,
			why: 'Only a server that the harness does not start by itself has a marker.',
			fix: 'Run: dataflow-tdd doctor --mark postgres://user:password@host:5432/postgres',
		});
	}

	return ofProject;
}

async function findServer({target}: MarkOptions): Promise<MarkedServer> {
	const config = await loadProjectConfig();
	const url = findUrl(target, config);
	return {url, address: addressOf(url), allowServers: config.allowServers, env: withEnvFile(config.projectDir, process.env)};
}

async function withServer<T>({address}: ExternalServer, use: (client: Client) => Promise<T>): Promise<T> {
	const client = await connectExternal(address);
	try {
		return await use(client);
	} finally {
		await client.end().catch(() => {});
	}
}

function nobodyToAsk(shown: string): GuardError {
	return new GuardError('ERR_GUARD_CONFIRM', {
		what: `The server ${shown} was not marked: nobody could be asked.`,
		why: 'A marker lets the harness make and drop databases there, and this is no terminal.',
		fix: `If nobody would miss what is on it, run: npx dataflow-tdd doctor --mark '${shown}' --yes`,
	});
}

function looksLikeProduction(shown: string, databases: readonly string[]): GuardError {
	return new GuardError('ERR_GUARD_CONFIRM', {
		what: `The server ${shown} was not marked: it holds ${databases.join(', ')}.`,
		why: 'These are names for production, and --yes is not an answer of somebody who has seen them.',
		fix: 'Look what they are; if nobody would miss them, run the same on a terminal without --yes, or give them other names.',
	});
}

/** Tells what is there, and asks; what was told before the question is not told again. */
async function isWanted(looked: Looked, {yes = false, json = false}: MarkOptions, shown: string): Promise<boolean> {
	const isSettled = yes || looked.marker?.isOfThisServer === true;
	if (!json) {
		process.stdout.write(`${formatTable(describeLooked(looked))}\n\n`);
	} else if (!isSettled && process.stderr.isTTY) {
		// Nobody should say yes to what they have not seen.
		process.stderr.write(`${formatTable(describeLooked(looked))}\n\n`);
	}

	const {productionDatabases} = looked;
	if (yes && !looked.marker?.isOfThisServer && productionDatabases.length > 0) {
		throw looksLikeProduction(shown, productionDatabases);
	}

	const answer = isSettled || await confirm('Would nobody miss what is on it? Then it is marked as a server for tests.');
	if (answer === undefined) {
		throw nobodyToAsk(shown);
	}

	return answer;
}

/**
 * Marks a server as one for tests, when the guards have nothing against it, and somebody has said so.
 * @throws {ERR_GUARD_REFUSED}, {ERR_GUARD_CONFIRM}, {ERR_SERVER_URL}, {ERR_CONFIG_INVALID}
 */
export async function mark(options: MarkOptions): Promise<boolean> {
	assertNotProduction(process.env);
	const server = await findServer(options);
	const shown = withoutPassword(server.url);
	assertTestServer(server.url, server.env, server.allowServers);
	return withServer(server, async client => {
		const looked = await lookAt(client, server, await assertUsable(client, server));
		const isMarked = await isWanted(looked, options, shown);
		const marker = isMarked ? await ensureMarker(client) : undefined;
		print({...looked, isMarked, marker}, {
			json: options.json ?? false,
			text: isMarked ? `${shown} is marked: tests may run on it. To take that back: npx dataflow-tdd doctor --unmark '${shown}'` : 'It was not marked.',
		});
		return isMarked;
	});
}

/**
 * Takes the marker of a server away, ends what the harness still does there, and drops what it has made: templates, lanes, clones.
 * @throws {ERR_GUARD_REFUSED} where NODE_ENV is production, {ERR_SERVER_URL}, {ERR_CONFIG_INVALID}
 */
export async function unmark(options: MarkOptions): Promise<void> {
	assertNotProduction(process.env);
	const server = await findServer(options);
	const shown = withoutPassword(server.url);
	await withServer(server, async client => {
		const marker = await removeMarker(client);
		const dropped = marker?.isOfThisServer ? await leaveServer(client, marker.token) : [];
		print({isMarked: false, wasMarked: marker !== undefined, dropped}, {
			json: options.json ?? false,
			text: marker ? `${shown} is not marked any more: no test runs on it. ${describeDropped(dropped)}` : `${shown} was not marked.`,
		});
	});
}

function describeDropped({length}: readonly string[]): string {
	return length === 0 ? 'There was nothing of the harness on it.' : `${length === 1 ? 'The database' : `The ${length} databases`} that the harness had made there ${length === 1 ? 'is' : 'are'} gone.`;
}
