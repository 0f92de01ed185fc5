import process from 'node:process';
import type {HarnessConfig} from '../../config/options.ts';
import {redact} from '../../errors.ts';
import type {FoundKeeper} from '../../keeper/find-keepers.ts';
import {engineVariables, identifyKeeper, packageVersion, serverPart} from '../../keeper/identity.ts';

/** An option, a variable or the version of a keeper that is another one here. Passwords are left out. */
export interface Difference {
	readonly name: string;
	readonly there: string;
	readonly here: string;
}

/** A keeper as `status` and `stop` tell of it; what it does not say is undefined. */
export interface KeeperSummary {
	/** `starting`: it looks for a server yet. `unknown`: it is of another release, or does not answer. */
	readonly state: 'ready' | 'starting' | 'unknown';
	readonly pid: number | undefined;
	readonly version: string | undefined;
	readonly projectDir: string | undefined;
	/** On what tests run there, such as `embedded PostgreSQL 18.4 (npm)`. */
	readonly description: string | undefined;
	readonly uptimeMs: number | undefined;
	/** How many runs and test files use it now. */
	readonly users: number | undefined;
	/** True for the one that the next test run here speaks to. */
	readonly isOfTheseOptions: boolean;
	readonly differences: readonly Difference[];
	readonly logFile: string | undefined;
	readonly socket: string;
}

const show = (value: unknown): string => value === undefined ? 'not set' : redact(typeof value === 'string' ? value : JSON.stringify(value));

function compare(there: Readonly<Record<string, unknown>>, here: Readonly<Record<string, unknown>>): Difference[] {
	const names = [...new Set([...Object.keys(there), ...Object.keys(here)])];
	return names.filter(name => name !== 'projectDir' && JSON.stringify(there[name]) !== JSON.stringify(here[name]))
		.map(name => ({name, there: show(there[name]), here: show(here[name])}));
}

/** Why a keeper of the same project is another one than that of the options here, as far as it says that. */
function findDifferences({about, status}: FoundKeeper, config: HarnessConfig): Difference[] {
	const version = about?.version ?? status?.version;
	const release = compare({version}, {version: version === undefined ? undefined : packageVersion()});
	if (!about) {
		return release;
	}

	const environment = Object.fromEntries(engineVariables.map(name => [name, process.env[name]]));
	const found = [...release, ...compare(about.options, serverPart(config)), ...compare(about.environment, environment)];
	return found.length > 0 ? found : [{name: 'installation', there: 'an earlier one', here: 'built or installed anew since'}];
}

/** Tells of a keeper, as seen from a project. */
export function summarise(keeper: FoundKeeper, config: HarnessConfig): KeeperSummary {
	const {id, socket, about, status} = keeper;
	const isOfTheseOptions = id === identifyKeeper(config).id;
	const projectDir = about?.projectDir ?? status?.projectDir;
	return {
		state: status ? 'ready' : about ? 'starting' : 'unknown',
		pid: about?.pid ?? status?.pid,
		version: about?.version ?? status?.version,
		projectDir,
		description: status?.description,
		uptimeMs: about?.uptimeMs ?? status?.uptimeMs,
		// An older one tells of its connections alone; this one is ours.
		users: about?.users ?? (status && status.clients - 1),
		isOfTheseOptions,
		differences: isOfTheseOptions || projectDir !== config.projectDir ? [] : findDifferences(keeper, config),
		logFile: about?.logFile ?? status?.logFile,
		socket,
	};
}
