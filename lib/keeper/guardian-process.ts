// The process that a guardian becomes when its keeper has been killed. It removes what the dead has left, and nothing else: each
// step asks first whether somebody else lives there by now.
import {readdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {cacheSubfolder} from '../config/folders.ts';
import type {HarnessConfig} from '../config/options.ts';
import {sweepParts} from '../config/parts.ts';
import {chooseServer} from '../server/choose.ts';
import {identifyKeeper, type KeeperIdentity} from './identity.ts';
import {KeptDatabases} from './kept-databases.ts';
import {isServed} from './listen.ts';
import {withLock} from './lock.ts';
import {log} from './log.ts';
import {databaseOwner, isOwnerAlive} from './owner.ts';
import {sweepDead, sweepOwn} from './sweep.ts';

/** A request that the dead keeper had sent may still be under way at the engine: look again after these pauses, in ms. */
const pauses = [0, 1000, 2000];
/** Workers of a keeper that died may go on with their tests on a server that stays. */
const patienceMs = 600_000;

/** With it goes what says how the databases of failed tests are reached. */
async function removeSocket({id, socket}: KeeperIdentity): Promise<void> {
	await withLock(socket, {attempts: 200, pauseMs: 50}, async () => {
		if (!await isServed(socket)) {
			rmSync(socket, {force: true});
			new KeptDatabases(id).clear();
		}
	});
}

/** To take a lock and to give it back is to remove it, unless its holder lives: then there is nothing to do. */
async function removeLocks(): Promise<void> {
	const folder = cacheSubfolder('locks');
	const locks = readdirSync(folder).filter(name => name.endsWith('.lock')).map(name => path.join(folder, name.slice(0, -'.lock'.length)));
	await Promise.all(locks.map(async file => withLock(file, {attempts: 160, pauseMs: 50}, async () => {}).catch(() => {})));
}

async function sweepServers(config: HarnessConfig, owner: string): Promise<void> {
	const {adapter} = await chooseServer(config);
	for (const pause of adapter.canSnapshot ? pauses : [0]) {
		await delay(pause);
		await sweepDead(adapter);
	}

	await sweepOwn(adapter, databaseOwner(owner), patienceMs);
}

/** A process that has just been killed is there for a moment more. */
async function untilDead(owner: string): Promise<void> {
	for (let attempt = 0; attempt < 100 && isOwnerAlive(owner); attempt++) {
		await delay(20);
	}
}

async function main(owner: string): Promise<void> {
	const config = JSON.parse(process.env.DATAFLOW_TDD_KEEPER ?? '') as HarnessConfig;
	log(`the keeper ${owner} ended without a word: cleaning up after it`);
	await untilDead(owner);
	sweepParts(cacheSubfolder('wishes'));
	const results = await Promise.allSettled([removeSocket(identifyKeeper(config)), removeLocks(), sweepServers(config, owner)]);
	for (const result of results) {
		if (result.status === 'rejected') {
			log(`cleaning up: ${String(result.reason)}`);
		}
	}

	log(`cleaned up after the keeper ${owner}`);
}

await main(process.argv[2] ?? '');
// Connections to an engine may linger in a pool.
process.exit(0);
