import os from 'node:os';
import process from 'node:process';
import type {HarnessConfig} from '../config/options.ts';
import {chooseServer, type ChosenServer} from '../server/choose.ts';
import type {Progress, Share} from '../server/server.ts';
import {KeptDatabases} from './kept-databases.ts';
import {LeaseRequests} from './lease-requests.ts';
import {Leases} from './leases.ts';
import {log} from './log.ts';
import {currentOwner, databaseOwner} from './owner.ts';
import {sweepDead} from './sweep.ts';
import {Templates} from './templates.ts';
import type {Timeline} from './timeline.ts';
import {wishesOf, type Wishes} from './wishes.ts';

/** What clones on one server may occupy at most; less where memory is short, because embedded servers lie in it. */
const cloneBudgetBytes = 1_000_000_000;

/** What a keeper looks after, once the server is chosen. */
export interface World {
	readonly chosen: ChosenServer;
	readonly description: string;
	readonly wishes: Wishes;
	readonly templates: Templates;
	readonly leases: Leases;
	readonly requests: LeaseRequests;
	readonly kept: KeptDatabases;
	/** Of a server that others use, too. */
	readonly share: Share | undefined;
}

/** What it takes to open a {@link World}. */
export interface WorldOptions {
	readonly config: HarnessConfig;
	/** The id of the keeper. */
	readonly keeper: string;
	readonly progress: Progress;
	readonly timeline: Timeline;
}

/** Chooses the server, fetching what it starts from, and begins to remove what dead keepers have left. */
export async function openWorld({config, keeper, progress, timeline}: WorldOptions): Promise<World> {
	const owner = currentOwner();
	const chosen = await chooseServer(config);
	const {adapter} = chosen;
	const {description} = await adapter.identify(progress);
	log(`keeper ${keeper} (${process.pid}) on ${description}`);
	const owners = {owner, databaseOwner: databaseOwner(owner)};
	const wishes = wishesOf(config);
	const share = await adapter.share?.({owner: owners.databaseOwner, workers: config.workers, lanes: config.lanes, progress});
	const workers = share?.workers ?? config.workers;
	const templates = new Templates({adapter, config, ...owners, wishes, progress, timeline});
	const budgetBytes = Math.min(cloneBudgetBytes, os.freemem() / 4 / workers);
	const leases = new Leases(workers, os.availableParallelism(), {adapter, templates, ...owners, budgetBytes, timeline});
	const kept = new KeptDatabases(keeper);
	const requests = new LeaseRequests({leases, wishes, kept, lingerMs: config.lingerMs});
	void sweepDead(adapter);
	const said = share ? {...chosen, reason: `${chosen.reason}; ${share.description}`} : chosen;
	return {chosen: said, share, description, wishes, templates, leases, requests, kept};
}
