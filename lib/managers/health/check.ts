import process from 'node:process';
import {loadConfig} from '../../config/load.ts';
import {isTddMode, modeVariable, sessionVariable} from '../../config/mode.ts';
import type {HarnessConfig, HarnessOptions} from '../../config/options.ts';
import {findProject} from '../../config/project.ts';
import type {Session} from '../../context/session.ts';
import {bareCombination} from '../../template/combination.ts';
import type {HealthCheck} from '../health.ts';
import {withMeasuringSession} from '../performance/measuring.ts';
import {getPoolManager} from '../pool-manager.ts';
import {check, ofError, ok, warning, type Finding} from './checks.ts';
import {describeCache, describeServer, describeSnapshot, onSharedServer} from './describe.ts';
import {checkMachine} from './machine.ts';
import {askServer, judgePools, type ServerFacts} from './server.ts';

function checkMode(): Finding {
	return isTddMode() ? ok(`on: ${modeVariable} is ${process.env[modeVariable]}`) : warning(
		'off: this process was not started by a test run',
		`Give ava.config.mjs to withTdd, or set ${modeVariable}=on.`,
	);
}

interface ServerSide {
	readonly checks: readonly HealthCheck[];
	readonly facts: ServerFacts | undefined;
	readonly isEmbedded: boolean;
}

async function checkServerSide(session: Session): Promise<ServerSide> {
	const {description} = session.keeper.info;
	let facts: ServerFacts | undefined;
	const checks = [
		await check('server', async () => {
			facts = await askServer(session.lease.address);
			return ok(`${describeServer(facts)}: ${description}`);
		}),
		await check('pool', async () => {
			const startedAt = performance.now();
			await session.withSpareLane(bareCombination, async lane => lane.open());
			const tookMs = performance.now() - startedAt;
			const found = judgePools(facts ?? await askServer(session.lease.address), getPoolManager().getAllStatistics());
			return {...found, detail: `a connection for a test was there in ${tookMs.toFixed(1)} ms; ${found.detail}`};
		}),
		await check('cache', () => {
			const report = session.cache.report();
			return ok(`${report.enabled ? 'on' : 'off'}, ${describeCache({...report, savedMs: report.savedMilliseconds})}`);
		}),
		await check('snapshot', async () => {
			const snapshot = await session.keeper.api.snapshot();
			return ok(snapshot ? describeSnapshot(snapshot) : onSharedServer);
		}),
	];
	return {checks, facts, isEmbedded: description.startsWith('embedded')};
}

function withoutServer(error: unknown): ServerSide {
	const unseen = ['pool', 'cache', 'snapshot'].map(name => ({name, ...warning('not looked at: there is no server', 'See the check of the server.')}));
	return {checks: [{name: 'server', ...ofError(error)}, ...unseen], facts: undefined, isEmbedded: false};
}

/** Looks at everything. */
export async function checkHealth(harness: HarnessOptions | undefined): Promise<HealthCheck[]> {
	const given = process.env[sessionVariable];
	const config = given === undefined ? await loadConfig(findProject(), harness) : JSON.parse(given) as HarnessConfig;
	// Before a session is opened, which sets the mode for the processes below this one.
	const mode = await check('mode', checkMode);
	const {checks, facts, isEmbedded} = await withMeasuringSession(harness, 'checkTddHealth', checkServerSide).catch(withoutServer);
	return [mode, ...checks, ...await checkMachine(config, {postgres: facts?.version, isEmbedded})];
}
