// The process that builds templates. It runs the user's migrations and seeds, which may import, exit or hang as they like:
// the keeper outlives them, and the next build imports them anew.
import process from 'node:process';
import {toWireError, type WireError} from '../errors.ts';
import {buildTemplates, type BuildRequest} from './build.ts';
import type {TemplateRecord} from './record.ts';

/** What the build process says to the keeper. */
export type BuildMessage =
	| {readonly type: 'progress'; readonly step: string; readonly fraction?: number}
	| {readonly type: 'done'; readonly records: readonly TemplateRecord[]}
	| {readonly type: 'failed'; readonly error: WireError};

function send(message: BuildMessage): Promise<void> {
	return new Promise(resolve => {
		process.send?.(message, () => {
			resolve();
		});
	});
}

async function serve(request: BuildRequest): Promise<void> {
	try {
		const records = await buildTemplates(request, (step, fraction) => void send({type: 'progress', step, ...(fraction !== undefined && {fraction})}));
		await send({type: 'done', records});
	} catch (error) {
		await send({type: 'failed', error: toWireError(error)});
	}

	process.exit(0);
}

for (const event of ['disconnect', 'SIGTERM'] as const) {
	process.once(event, () => {
		process.exit(1);
	});
}

process.once('message', request => void serve(request as BuildRequest));
