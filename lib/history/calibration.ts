import {createHash} from 'node:crypto';

const rounds = 600;
const tries = 9;

/**
 * What a fixed piece of work takes on this processor, in ms: the least of several tries, as whoever interrupts one only makes it longer.
 * About 4 ms in all.
 */
export function calibrate(): number {
	return Math.min(...Array.from({length: tries}, () => {
		const startedAt = performance.now();
		let digest = 'dataflow-tdd';
		for (let round = 0; round < rounds; round++) {
			digest = createHash('sha256').update(digest).digest('hex');
		}

		return performance.now() - startedAt;
	}));
}
