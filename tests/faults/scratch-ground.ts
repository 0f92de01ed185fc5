import type {ExecutionContext} from 'ava';
import {databaseUrl} from '#lib/template/session.js';
import {withMarkedServer} from '../helpers/scratch-server.ts';
import type {Ground} from './fault-project.ts';

/** A server that runs already, for one test. */
export async function makeScratchGround(t: ExecutionContext): Promise<Ground> {
	const address = await withMarkedServer(t);
	return {name: 'external', server: databaseUrl(address, address.database), external: address};
}
