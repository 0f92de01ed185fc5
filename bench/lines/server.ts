import type {HarnessConfig} from '../../lib/config/options.ts';
import type {Server, ServerAdapter} from '../../lib/server/server.ts';
import {ms, onEach, type Bench, type Line, type Measurement} from '../line.ts';
import type {BenchServer} from '../options.ts';
import {BareContainer, BarePostmaster, type BareStart} from '../suites/bare-start.ts';
import {microConfig} from '../suites/micro.ts';
import {median, pairedRatio} from '../statistics.ts';

const startsPerRun = 3;

/** Until a client of the caller has its first answer. What is started is stopped outside of the measured time. */
async function timeStart({workspace}: Bench, adapter: ServerAdapter, snapshot?: string): Promise<number> {
	const {start, owner, postgres} = workspace.harness;
	const startedAt = performance.now();
	const server: Server = await start.startServer(adapter, {owner: owner.currentOwner(), ...(snapshot !== undefined && {snapshot})});
	try {
		return await postgres.withClient(server.address, async client => {
			await client.query('select 1');
			return performance.now() - startedAt;
		});
	} finally {
		await server.stop();
	}
}

async function findSnapshot(bench: Bench, adapter: ServerAdapter, config: HarnessConfig): Promise<string> {
	const fingerprint = await bench.workspace.keepers.prepare(config);
	const snapshots = await adapter.list();
	return snapshots.find(({name}) => name.startsWith(fingerprint.slice(0, 24)))!.name;
}

async function measure(bench: Bench, server: BenchServer): Promise<Measurement[]> {
	const {workspace, runs} = bench;
	const config = await microConfig(workspace, server);
	const {adapter} = await workspace.harness.choose.chooseServer(config);
	const snapshot = await findSnapshot(bench, adapter, config);
	const bare: BareStart = server === 'embedded' ? await BarePostmaster.create(bench.workspace, snapshot) : await BareContainer.create(bench.workspace, snapshot);
	const own: number[] = [];
	const peer: number[] = [];
	for (let round = -1; round < runs * startsPerRun; round++) {
		const pair = [await timeStart(bench, adapter, snapshot), await bare.time()] as const;
		if (round >= 0) {
			own.push(pair[0]);
			peer.push(pair[1]);
		}
	}

	return [
		{
			what: 'server from snapshot to first query', figure: ms(median(own)), peer: {...ms(median(peer)), name: bare.name}, ratio: pairedRatio(own, peer),
			target: server === 'embedded' ? {limit: 200, of: 'figure'} : {limit: 1.3, of: 'ratio'}, details: {ownMs: own, peerMs: peer},
		},
		await measureFromNothing(bench, config),
	];
}

/** No snapshot, no empty cluster kept from before; binaries and images are here. */
async function measureFromNothing(bench: Bench, config: HarnessConfig): Promise<Measurement> {
	const samples: number[] = [];
	for (let round = 0; round < bench.runs; round++) {
		samples.push(await bench.workspace.withFreshCache(async () => timeStart(bench, (await bench.workspace.harness.choose.chooseServer(config)).adapter)));
	}

	return {what: 'server from nothing to first query', figure: ms(median(samples)), note: 'initdb included; no schema', details: {samplesMs: samples}};
}

/** How long a worker waits for a server that nobody has started yet. */
export const serverLine: Line = {
	name: 'server',
	about: 'a server from a snapshot, and from nothing, to its first query',
	run: async bench => onEach(bench, async server => measure(bench, server)),
};
