import {execFileSync, spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {ExecutionContext} from 'ava';
import {until} from '../helpers/worker-context.ts';
import {engineAt, type Engine} from './engine.ts';
import {mountSmall} from './small-disk.ts';

/** An engine that nobody else uses, on a small file system in memory: it can be stopped, and its disk can be filled. */
export interface OwnEngine extends Engine {
	/** The file system that it keeps everything on. */
	readonly disk: string;
	start(): Promise<void>;
	/** Stops it as a service manager does: it ends its containers first. */
	stop(): Promise<void>;
}

/** A command that is not there is told apart by its exit code alone. */
function has(program: string): boolean {
	try {
		execFileSync('sh', ['-c', `command -v ${program}`], {stdio: 'ignore'});
		return true;
	} catch {
		return false;
	}
}

/** Why there can be no engine of our own here. */
export function reasonForNoEngine(): string | undefined {
	if (process.getuid?.() !== 0) {
		return 'only root can run an engine of its own';
	}

	const missing = ['dockerd', 'docker', 'ip'].find(program => !has(program));
	return missing === undefined ? undefined : `there is no ${missing}`;
}

/** A network of its own: told to do without one, an engine removes the bridge docker0, which may be another's. */
function addBridge(t: Pick<ExecutionContext, 'teardown'>): string {
	const number = process.pid % 200 + 20;
	const bridge = `tddf${process.pid}`.slice(0, 15);
	execFileSync('ip', ['link', 'add', 'name', bridge, 'type', 'bridge']);
	t.teardown(() => {
		execFileSync('ip', ['link', 'delete', bridge]);
	});
	execFileSync('ip', ['addr', 'add', `10.213.${number}.1/24`, 'dev', bridge]);
	execFileSync('ip', ['link', 'set', bridge, 'up']);
	return bridge;
}

function launch(folder: string, bridge: string): ChildProcess {
	const log = openSync(path.join(folder, 'log'), 'a');
	return spawn('dockerd', [
		'--data-root', path.join(folder, 'data'), '--exec-root', path.join(folder, 'exec'), '--pidfile', path.join(folder, 'pid'),
		'--host', `unix://${folder}/docker.sock`, '--bridge', bridge, '--iptables=false', '--ip-masq=false',
	], {stdio: ['ignore', log, log]});
}

/** Starts an engine and gives it an image of the machine's own. It ends with the tests. */
export async function startOwnEngine(t: Pick<ExecutionContext, 'teardown'>, image: string): Promise<OwnEngine> {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'tdd-engine-'));
	t.teardown(() => {
		rmSync(folder, {recursive: true, force: true});
	});
	mountSmall(t, folder, '1500m');
	const bridge = addBridge(t);
	const engine = engineAt(`unix://${folder}/docker.sock`);
	let daemon: ChildProcess | undefined;
	const own: OwnEngine = {
		...engine, disk: folder,
		async start() {
			daemon = launch(folder, bridge);
			await until(async () => {
				if (daemon!.exitCode !== null) {
					throw new Error(`dockerd did not start:\n${readFileSync(path.join(folder, 'log'), 'utf8').slice(-2000)}`);
				}

				return engine.get('/version').then(() => true, () => false);
			});
		},
		async stop() {
			if (daemon && daemon.exitCode === null) {
				daemon.kill('SIGTERM');
				await once(daemon, 'exit');
			}

			daemon = undefined;
		},
	};
	t.teardown(async () => own.stop());
	await own.start();
	execFileSync('sh', ['-c', `docker save "$1" | docker -H "$2" load`, 'sh', image, engine.url], {stdio: 'ignore'});
	return own;
}
