import type {HarnessOptions} from '../config/options.ts';

/** How one thing stands. */
export interface HealthCheck {
	/** `mode`, `server`, `pool`, `cache`, `snapshot`, `disk`, `versions`, `runs` or `history`. */
	readonly name: string;
	/** What is `failed` keeps tests from running; a `warning` does not. */
	readonly status: 'ok' | 'warning' | 'failed';
	/** What was found, with the figures that were read. */
	readonly detail: string;
	/** What to do about it. */
	readonly fix?: string;
}

/** How all of it stands. */
export interface TddHealth {
	/** False if a check has failed. */
	readonly isHealthy: boolean;
	/** What was looked at, one entry a check. */
	readonly checks: readonly HealthCheck[];
}

/** How health is checked. */
export interface HealthOptions {
	/** Outside of tests: the options of the harness, beside those in the project's files. In a test the run has set them. Default: the files alone. */
	readonly harness?: HarnessOptions;
}

/**
 * Looks at what tests need, now and in this process: the mode, the server (by a query), connections and pools, the schema cache, the
 * snapshot, the disk, versions, the folder of the runs, the history. In a test it uses the server of that test file; elsewhere it leases
 * one, and gives it back. What is not as it should be is in the checks; nothing is thrown but for options that cannot be used.
 * @throws {ERR_CONFIG_INVALID} and {ERR_CONFIG_LOAD}
 */
export async function checkTddHealth({harness}: HealthOptions = {}): Promise<TddHealth> {
	const {checkHealth} = await import('./health/check.ts');
	const checks = await checkHealth(harness);
	return {isHealthy: checks.every(({status}) => status !== 'failed'), checks};
}
