import type {HarnessConfig} from '../../config/options.ts';
import {visitRunningKeeper, type KeeperClient} from '../../keeper/client.ts';
import {check, ofError, ok, warning, type Finding} from '../../managers/health/checks.ts';
import {describeServer, describeSnapshot, onSharedServer} from '../../managers/health/describe.ts';
import type {ServerNote} from '../../managers/health/machine.ts';
import {askServer, judgeServer, type ServerFacts} from '../../managers/health/server.ts';
import type {HealthCheck} from '../../managers/health.ts';
import {chooseServer, type ChosenServer} from '../../server/choose.ts';
import {Fingerprinter} from '../../template/fingerprint.ts';

/** What was found out of the server that tests will run on. */
export interface ServerFindings {
	/** On what tests run, and why. */
	readonly chosen: HealthCheck;
	readonly checks: readonly HealthCheck[];
	readonly note: ServerNote;
}

interface Asked {
	readonly found: Finding;
	readonly facts?: ServerFacts;
}

/** Asks a server that nobody has: a busy one belongs to a test file, and a lease on one of other sources would build a template. */
async function askFree({api}: KeeperClient, wanted: string): Promise<Asked> {
	const {slots, fingerprint} = await api.status();
	if (fingerprint !== wanted) {
		return {found: ok('those that run are not of the schemas and seeds as they are now: not asked, the next run replaces them')};
	}

	if (!slots.some(({state}) => state === 'free')) {
		return {found: ok('all that run are in use or starting: not asked')};
	}

	const {id, address} = await api.acquire('dataflow-tdd doctor');
	try {
		const facts = await askServer(address);
		const {detail, ...rest} = judgeServer(facts);
		return {found: {...rest, detail: `${describeServer(facts)}; ${detail}`}, facts};
	} finally {
		await api.release(id);
	}
}

async function askRunning(config: HarnessConfig, fingerprint: string): Promise<Asked> {
	const keeper = await visitRunningKeeper(config);
	if (!keeper) {
		return {found: ok('none is running; the next run starts what it needs, and `dataflow-tdd warm` does now')};
	}

	try {
		return await askFree(keeper, fingerprint);
	} finally {
		keeper.close();
	}
}

async function findSnapshot({adapter}: ChosenServer, fingerprint: string): Promise<Finding> {
	if (!adapter.canSnapshot) {
		return ok(onSharedServer);
	}

	const all = (await adapter.list()).filter(({name}) => name.startsWith(fingerprint.slice(0, 24)));
	const [latest] = all.toSorted((one, other) => other.lastUsedAt.getTime() - one.lastUsedAt.getTime());
	return latest
		? ok(describeSnapshot({...latest, fingerprint, createdAt: latest.createdAt.getTime(), lastUsedAt: latest.lastUsedAt.getTime()}))
		: warning('none yet of the schemas and seeds as they are now', 'The next run builds it; `dataflow-tdd warm` does now.');
}

/** The snapshot of the sources as they are now, and the server, if one of that snapshot runs. */
async function checkTemplate(config: HarnessConfig, chosen: ChosenServer): Promise<{readonly checks: readonly HealthCheck[]; readonly postgres: string | undefined}> {
	let fingerprint: string;
	try {
		const {identity} = await chosen.adapter.identify();
		fingerprint = await new Fingerprinter(config).compute(identity);
	} catch (error) {
		return {checks: [{name: 'snapshot', ...ofError(error)}], postgres: undefined};
	}

	const snapshot = await check('snapshot', async () => findSnapshot(chosen, fingerprint));
	let facts: ServerFacts | undefined;
	const server = await check('server', async () => {
		const asked = await askRunning(config, fingerprint);
		({facts} = asked);
		return asked.found;
	});
	return {checks: [snapshot, server], postgres: facts?.version};
}

/** Looks at the server without starting any. */
export async function checkServer(config: HarnessConfig): Promise<ServerFindings> {
	let chosen: ChosenServer;
	let description: string;
	try {
		chosen = await chooseServer(config);
		({description} = await chosen.adapter.identify());
	} catch (error) {
		return {chosen: {name: 'tests run on', ...ofError(error)}, checks: [], note: {postgres: undefined, isEmbedded: false}};
	}

	const {checks, postgres} = await checkTemplate(config, chosen);
	return {
		chosen: {name: 'tests run on', ...ok(`${description}: ${chosen.reason}`)},
		checks,
		note: {postgres, isEmbedded: chosen.adapter.kind === 'embedded'},
	};
}
