import process from 'node:process';
import type {HarnessConfig} from '../../config/options.ts';
import {CliError} from '../../errors.ts';
import {visitRunningKeeper, type KeeperClient} from '../../keeper/client.ts';
import {serviceFileOf} from '../../keeper/kept-databases.ts';
import {identifyKeeper} from '../../keeper/identity.ts';
import {combinationOf} from '../../template/combination.ts';
import {print} from '../output.ts';
import {loadProjectConfig, withKeeper, type CommonOptions} from '../project.ts';
import {runPsql} from '../psql/run-psql.ts';
import {readServices, urlOf, type Service} from '../psql/service.ts';

/** What `dataflow-tdd psql` was called with. */
export interface PsqlOptions extends CommonOptions {
	/** Seed packs whose rows are wanted. */
	readonly seeds?: readonly string[];
	/** The database that was kept of a failed test: its name, or true for the newest. */
	readonly kept?: string | true;
	readonly url?: boolean;
	/** For psql itself. */
	readonly args: readonly string[];
}

/** A database to look at, and where it is written down how it is reached. */
interface Place {
	readonly service: Service;
	readonly serviceFile: string;
}

/**
 * Opens psql on a new database of this project's schema, or on one that was kept of a failed test; or prints its URL.
 * @throws {ERR_CLI_KEPT} when no such database is kept, {ERR_CLI_PSQL} when there is no psql
 */
export async function psql(options: PsqlOptions): Promise<void> {
	const config = await loadProjectConfig();
	if (options.kept === undefined) {
		await withKeeper(config, async keeper => show(await makeDatabase(keeper, options.seeds ?? []), options));
		if (options.url) {
			tellStay(config);
		}

		return;
	}

	const keeper = await visitRunningKeeper(config);
	try {
		await show(findKept(config, options.kept), options);
	} finally {
		keeper?.close();
	}
}

/** Makes a database that stays when its lease is given back: one that is kept. */
async function makeDatabase({api}: KeeperClient, seeds: readonly string[]): Promise<Place> {
	await api.prepare();
	const lease = await api.acquire('dataflow-tdd psql');
	try {
		const {name} = await api.clone({lease: lease.id, combination: combinationOf(seeds, []), expected: 0});
		const {serviceFile, service} = await api.keep(lease.id, {database: name, backends: []});
		return {serviceFile, service: readServices(serviceFile).find(one => one.name === service)!};
	} finally {
		await api.release(lease.id);
	}
}

function findKept(config: HarnessConfig, wanted: string | true): Place {
	const serviceFile = serviceFileOf(identifyKeeper(config).id);
	const all = readServices(serviceFile);
	const service = wanted === true ? all.at(-1) : all.find(({name}) => name === wanted);
	if (!service) {
		throw new CliError('ERR_CLI_KEPT', {
			what: wanted === true ? 'No database is kept for this project.' : `No database named ${wanted} is kept for this project.`,
			why: 'The newest three of failed tests with tddParallelSafe are kept while the keeper stays, which is the option lingerMs.',
			fix: all.length > 0 ? `Choose one of these: ${all.map(({name}) => name).join(', ')}` : 'Run the failing test again, or look at a new database: dataflow-tdd psql',
		});
	}

	return {serviceFile, service};
}

/** A program that gets the URL has the database for as long as the keeper stays. */
function tellStay({lingerMs}: HarnessConfig): void {
	process.stderr.write(lingerMs === 0
		? 'The database goes at once, because lingerMs is 0 here (as it is in CI): give it a time, such as DATAFLOW_TDD_LINGER_MS=600000.\n'
		: `The database stays while the keeper does: ${Math.round(lingerMs / 1000)} s after the last run or command, and three newer ones may take its place.\n`);
}

async function show({service, serviceFile}: Place, {url = false, json = false, args}: PsqlOptions): Promise<void> {
	if (url || json) {
		const {password: _, ...known} = service;
		print({serviceFile, ...known, ...(url && {url: urlOf(service)})}, {json, text: urlOf(service)});
		return;
	}

	process.exitCode = await runPsql(serviceFile, service.name, args);
}
