import {setImmediate} from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';

/** How garbage is collected when a test asks for it: by Node's option, by the same option set while it runs, by what else collects all of it, or not at all. */
export type GarbageWay = '--expose-gc' | 'v8.setFlagsFromString' | 'v8.queryObjects' | 'none';

/** Collects garbage now, as far as this Node lets anybody do that. */
export interface GarbageCollector {
	readonly way: GarbageWay;
	/** Collects all that nothing holds any more. 10-50 ms with a heap of 50 MB. */
	collect(): Promise<void>;
}

/** Finds out how garbage can be collected here. */
export function findGarbageCollector(): GarbageCollector {
	const exposed = (globalThis as {gc?: () => void}).gc;
	if (exposed) {
		return collectorOf('--expose-gc', exposed);
	}

	const atRunTime = exposeNow();
	if (atRunTime) {
		return collectorOf('v8.setFlagsFromString', atRunTime);
	}

	// To count what there is of a class, V8 collects all garbage first.
	const {queryObjects} = v8 as unknown as {queryObjects?: (constructor: unknown) => unknown};
	return queryObjects ? collectorOf('v8.queryObjects', () => queryObjects(WeakRef)) : {way: 'none', async collect() {}};
}

/** The option can be set while Node runs; a context that is made after that has the function. */
function exposeNow(): (() => void) | undefined {
	try {
		v8.setFlagsFromString('--expose-gc');
		const collect: unknown = vm.runInNewContext('gc');
		v8.setFlagsFromString('--no-expose-gc');
		return typeof collect === 'function' ? () => void collect() : undefined;
	} catch {
		return undefined;
	}
}

function collectorOf(way: GarbageWay, collect: () => void): GarbageCollector {
	return {
		way,
		async collect() {
			// What a WeakRef was asked for in this turn is kept up to its end, and finalizers of the first round let go of more.
			for (let round = 0; round < 2; round++) {
				await setImmediate();
				collect();
			}
		},
	};
}
