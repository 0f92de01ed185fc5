import {spawn} from 'node:child_process';
import {once} from 'node:events';
import process from 'node:process';
import {withoutMisleading} from '../../config/stray.ts';
import {CliError} from '../../errors.ts';

/**
 * Runs psql on a service and waits for its end. The password is in the service file, never on a command line; what the
 * environment says of other servers does not count.
 * @returns its exit code
 * @throws {ERR_CLI_PSQL} when there is no psql
 */
export async function runPsql(serviceFile: string, service: string, args: readonly string[]): Promise<number> {
	const child = spawn('psql', [`service=${service}`, ...args], {stdio: 'inherit', env: {...withoutMisleading(process.env), PGSERVICEFILE: serviceFile}});
	// Ctrl-C ends the query that psql runs, and is none of our business while it lives.
	const ignore = (): void => {};
	process.on('SIGINT', ignore);
	try {
		const [code] = await once(child, 'close') as [number | null];
		return code ?? 1;
	} catch (error) {
		throw new CliError('ERR_CLI_PSQL', {
			what: `psql cannot be run: ${(error as Error).message}.`,
			why: 'It is not installed, or not on the PATH.',
			fix: 'Install the PostgreSQL client (Debian: postgresql-client), or let another client connect: dataflow-tdd psql --url',
			cause: error,
		});
	} finally {
		process.off('SIGINT', ignore);
	}
}
