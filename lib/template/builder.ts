import {fork} from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import {leadNowhere} from '../config/stray.ts';
import {TemplateError, fromWireError} from '../errors.ts';
import type {Progress} from '../server/server.ts';
import type {BuildMessage} from './build-process.ts';
import type {BuildRequest} from './build.ts';
import type {TemplateRecord} from './record.ts';

const entry = path.join(import.meta.dirname, `build-process${path.extname(import.meta.filename)}`);

/**
 * Builds templates in a process of its own and passes its progress on.
 * @throws what {@link buildTemplates} throws; {ERR_TEMPLATE_MIGRATION} when a migration or seed ends that process
 */
export async function runBuild(request: BuildRequest, progress: Progress, signal?: AbortSignal): Promise<readonly TemplateRecord[]> {
	const child = fork(entry, {cwd: request.config.projectDir, serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [], env: buildEnvironment(request.config.strayConnections)});
	try {
		return await new Promise((resolve, reject) => {
			child.on('message', (message: BuildMessage) => {
				if (message.type === 'progress') {
					progress(message.step, message.fraction);
				} else if (message.type === 'done') {
					resolve(message.records);
				} else {
					reject(fromWireError(message.error));
				}
			});
			// More than one may come: of the process that could not be started, and of the request that could not be sent to it.
			child.on('error', reject);
			child.once('exit', (status, signal) => {
				reject(endedEarly(signal ?? status));
			});
			signal?.addEventListener('abort', () => {
				reject(signal.reason as Error);
			}, {once: true});
			child.send(request);
		});
	} finally {
		child.removeAllListeners('exit');
		// It ends what it has started before it goes.
		child.kill('SIGTERM');
	}
}

/** Seeds and migrations run as they do in tests: what they are given leads to the database that is built, what else they find leads nowhere. */
function buildEnvironment(strayConnections: 'refuse' | 'allow' = 'refuse'): NodeJS.ProcessEnv {
	const env = {NODE_ENV: 'test', ...process.env};
	return strayConnections === 'allow' ? env : leadNowhere(env);
}

function endedEarly(how: number | string | null): TemplateError {
	return new TemplateError('ERR_TEMPLATE_MIGRATION', {
		what: `The process that built the template ended with ${how ?? 'no exit code'} before it was done.`,
		why: 'A migration or a seed pack called process.exit, or ran out of memory.',
		fix: 'Look at what it printed in the log of the keeper: `dataflow-tdd status` names the file.',
	});
}
