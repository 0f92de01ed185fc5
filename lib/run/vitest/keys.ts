import type {BundleMap} from '../../preload/bundle.ts';

/** Under which `withTdd` leaves its options for the global setup. */
export const optionsKey = 'dataflow-tdd:options';

/** Under which the global setup leaves what workers need. */
export const workerKey = 'dataflow-tdd:worker';

/** What workers need. */
export interface WorkerGiven {
	readonly environment: Readonly<Record<string, string>>;
	/** Variables that must not be there. */
	readonly removed: readonly string[];
	readonly bundle: BundleMap | null;
	/** Where compiled code is kept; nothing where coverage is taken. */
	readonly compileCache: string | null;
}
