import type {DataKind} from './finding.ts';
import type {Candidate} from './kinds/kind.ts';
import type {Sighted} from './look.ts';

/**
 * Gives out safe values: to one value always the same, to two values never the same, and none that the data has already. So
 * columns stay unique, and rows that were equal stay equal.
 */
export class Replacements {
	/** Keys of values that are in use, by kind. */
	readonly #taken = new Map<DataKind, Set<string>>();
	/** What a key was given. */
	readonly #given = new Map<string, string>();

	/** Tells of a safe value that the data has. */
	reserve({kind, key}: Pick<Sighted, 'kind' | 'key'>): void {
		this.#takenOf(kind).add(key);
	}

	/** The safe value for another, written as that is. */
	for({kind, key, breach}: Sighted): string {
		const taken = this.#takenOf(kind);
		const given = this.#given.get(`${kind} ${key}`);
		const candidate = find(breach!.candidates(), candidate => given === undefined ? !taken.has(candidate.key) : candidate.key === given);
		taken.add(candidate.key);
		this.#given.set(`${kind} ${key}`, candidate.key);
		return candidate.write();
	}

	#takenOf(kind: DataKind): Set<string> {
		const taken = this.#taken.get(kind) ?? new Set();
		this.#taken.set(kind, taken);
		return taken;
	}
}

function find(candidates: Iterable<Candidate>, isFit: (candidate: Candidate) => boolean): Candidate {
	let last: Candidate | undefined;
	for (const candidate of candidates) {
		last = candidate;
		if (isFit(candidate)) {
			return candidate;
		}
	}

	return last!;
}
