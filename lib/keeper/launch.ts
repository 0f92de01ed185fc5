import {spawn} from 'node:child_process';
import {closeSync, fstatSync, openSync, readFileSync} from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import process from 'node:process';
import {once} from 'node:events';
import {outsideOfTests} from '../config/mode.ts';
import {compileCache} from '../config/compile-cache.ts';
import type {HarnessConfig} from '../config/options.ts';
import {KeeperError, fromWireError, type WireError} from '../errors.ts';
import type {KeeperIdentity} from './identity.ts';

const extension = path.extname(import.meta.filename);
const failurePrefix = 'keeper failed: ';
const patienceMs = 30_000;

/** Variables of the runner that must not reach a process that outlives it, nor settings of sessions that are for another server. */
const runnerVariables = ['NODE_OPTIONS', 'NODE_CHANNEL_FD', 'DATAFLOW_TDD_SESSION', 'PGOPTIONS'];

function keeperEnvironment(config: HarnessConfig): NodeJS.ProcessEnv {
	const env: NodeJS.ProcessEnv = {...compileCache(config), ...outsideOfTests(process.env), DATAFLOW_TDD_KEEPER: JSON.stringify(config)};
	for (const name of runnerVariables) {
		delete env[name];
	}

	return env;
}

interface LaunchedKeeper {
	readonly hasFailed: () => boolean;
	/** What it has written so far. */
	readonly readLog: () => string;
}

/** Starts a keeper that outlives this process. Of several that start at once, one stays. */
function spawnKeeper(config: HarnessConfig, {logFile}: KeeperIdentity): LaunchedKeeper {
	const output = openSync(logFile, 'a', 0o600);
	const {size: logStart} = fstatSync(output);
	const child = spawn(process.execPath, [path.join(import.meta.dirname, `main${extension}`)], {
		detached: true, cwd: config.projectDir, stdio: ['ignore', output, output], env: keeperEnvironment(config),
	});
	closeSync(output);
	child.unref();
	let hasFailed = false;
	child.once('error', () => {
		hasFailed = true;
	});
	child.once('exit', status => {
		hasFailed = status !== 0;
	});
	return {hasFailed: () => hasFailed, readLog: () => readFileSync(logFile).subarray(logStart).toString()};
}

/** Connects to whoever listens at a socket, if anybody does. */
export async function connectTo(socketPath: string): Promise<net.Socket | undefined> {
	const socket = net.connect(socketPath);
	try {
		await once(socket, 'connect');
		return socket;
	} catch {
		socket.destroy();
		return undefined;
	}
}

/** The end of the keeper's log: the error it ended with, if it wrote one. */
function readFailure(logFile: string, text: string): Error {
	const line = text.split('\n').findLast(candidate => candidate.startsWith(failurePrefix));
	return line ? fromWireError(JSON.parse(line.slice(failurePrefix.length)) as WireError) : notStarted(logFile, text);
}

function notStarted(logFile: string, text: string): KeeperError {
	return new KeeperError('ERR_KEEPER_START', {
		what: `The keeper did not start; its log ends with: ${text.trim().split('\n').at(-1) ?? ''}.`,
		why: 'The folder for sockets may not be writable, or Node may be older than 22.22.',
		fix: `Read ${logFile}.`,
	});
}

/**
 * Connects to the keeper of a configuration, and starts it if it is not there.
 * @returns the connection, and whether the keeper was started for it
 * @throws {ERR_KEEPER_START}, or the error with which the keeper ended, such as {ERR_SERVER_UNAVAILABLE}
 */
export async function connectToKeeper(config: HarnessConfig, identity: KeeperIdentity): Promise<{socket: net.Socket; isNew: boolean}> {
	const existing = await connectTo(identity.socket);
	if (existing) {
		return {socket: existing, isNew: false};
	}

	const keeper = spawnKeeper(config, identity);
	const deadline = performance.now() + patienceMs;
	for (;;) {
		const socket = await connectTo(identity.socket);
		if (socket) {
			return {socket, isNew: true};
		}

		if (keeper.hasFailed() || performance.now() > deadline) {
			throw readFailure(identity.logFile, keeper.readLog());
		}

		await new Promise(resolve => {
			setTimeout(resolve, 5);
		});
	}
}

/** Connects to a keeper only if it is there already. */
export async function visitKeeper(identity: KeeperIdentity): Promise<net.Socket | undefined> {
	return connectTo(identity.socket);
}
