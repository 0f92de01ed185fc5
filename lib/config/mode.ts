import process from 'node:process';

const yes = new Set(['true', 'yes', '1', 'on', 'enabled']);

/** Names the variables by which a run tells its workers how it is set up. */
export const modeVariable = 'DATAFLOW_TDD_MODE';
export const sessionVariable = 'DATAFLOW_TDD_SESSION';

/** True where tests run through the harness: `withTdd` says so to every worker, and DATAFLOW_TDD_MODE may. */
export function isTddMode(): boolean {
	return yes.has((process.env[modeVariable] ?? '').toLowerCase());
}
