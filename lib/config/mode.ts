import process from 'node:process';

const yes = new Set(['true', 'yes', '1', 'on', 'enabled']);

/** Names the variables by which a run tells its workers how it is set up. */
export const modeVariable = 'DATAFLOW_TDD_MODE';
export const sessionVariable = 'DATAFLOW_TDD_SESSION';

/** Where workers write what they measured: the folder of the run. */
export const runVariable = 'DATAFLOW_TDD_RUN';

/** Set in a run that has no server and skips what needs one: the file into which the titles of those tests are written. */
export const skippedVariable = 'DATAFLOW_TDD_SKIPPED';

/** True where tests run through the harness: `withTdd` says so to every worker, and DATAFLOW_TDD_MODE may. */
export function isTddMode(): boolean {
	return yes.has((process.env[modeVariable] ?? '').toLowerCase());
}

/** Holds the variables by which the project finds its database outside of tests, as JSON: in a test run they point to a signpost. */
export const outsideVariable = 'DATAFLOW_TDD_OUTSIDE';

/** An environment as it was before a test run has changed it. */
export function outsideOfTests(env: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
	const {[outsideVariable]: kept = '{}', [runVariable]: _, [skippedVariable]: __, ...rest} = env;
	const outside = JSON.parse(kept) as Readonly<Record<string, string | null>>;
	return {...rest, ...Object.fromEntries(Object.entries(outside).map(([name, value]) => [name, value ?? undefined]))};
}
