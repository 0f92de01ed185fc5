import process from 'node:process';

/** The memory of a worker at one moment, in bytes. */
export interface MemoryUse {
	/** In use on the heap of this worker. */
	readonly heapBytes: number;
	/** Off the heap: buffers of this worker, and what its modules of WebAssembly reserve (128 MB, once PostgreSQL's parser was needed). */
	readonly externalBytes: number;
	/** Of that, what lies in buffers. */
	readonly bufferBytes: number;
	/** Resident, of the whole process. */
	readonly rssBytes: number;
}

/** Reads it. */
export function readMemory(): MemoryUse {
	const {heapUsed: heapBytes, external: externalBytes, arrayBuffers: bufferBytes, rss: rssBytes} = process.memoryUsage();
	return {heapBytes, externalBytes, bufferBytes, rssBytes};
}

/** The higher one of each figure. */
export function highest(one: MemoryUse, other: MemoryUse): MemoryUse {
	return {
		heapBytes: Math.max(one.heapBytes, other.heapBytes),
		externalBytes: Math.max(one.externalBytes, other.externalBytes),
		bufferBytes: Math.max(one.bufferBytes, other.bufferBytes),
		rssBytes: Math.max(one.rssBytes, other.rssBytes),
	};
}

/** `12.3 MB`, of 1024 * 1024 bytes. */
export function inMegabytes(bytes: number): string {
	return `${(bytes / 1_048_576).toFixed(1)} MB`;
}
