import type {ServerAdapter, Snapshot} from '../server/server.ts';
import {combinationId} from '../template/combination.ts';
import {hashText} from '../template/file-hashes.ts';
import {log} from './log.ts';
import type {Wishes} from './wishes.ts';

const keptSnapshots = 20;
const keptMs = 14 * 24 * 3_600_000;

/** The snapshots of a kind of server: named after the sources and what is baked into them, found, and removed when they are old. */
export class Snapshots {
	readonly #adapter: ServerAdapter;
	readonly #wishes: Wishes;
	readonly #tell: (line: string) => void;
	#damaged: string | undefined;

	/** @param tell told of what is found damaged and of what is removed. Default: the keeper's log */
	constructor(adapter: ServerAdapter, wishes: Wishes, tell: (line: string) => void = log) {
		this.#adapter = adapter;
		this.#wishes = wishes;
		this.#tell = tell;
	}

	/** The snapshot that was passed over because it is damaged. */
	get damaged(): string | undefined {
		return this.#damaged;
	}

	/** The name of a snapshot by the combinations that are in it. Default: all that are wished for now. */
	nameOf(fingerprint: string, combinations = this.#wishes.list): string {
		const ids = combinations.map(combination => combinationId(combination)).toSorted().join(' ');
		return `${fingerprint.slice(0, 24)}-${hashText(ids).slice(0, 8)}`;
	}

	/** Prefers the snapshot that holds all wishes, else takes one that holds some. */
	async find(fingerprint: string): Promise<Snapshot | undefined> {
		const preferred = this.nameOf(fingerprint);
		const ordered = (await this.#newestFirst()).filter(({name}) => name.startsWith(fingerprint.slice(0, 24)));
		for (const snapshot of ordered.toSorted((a, b) => Number(b.name === preferred) - Number(a.name === preferred))) {
			if (await this.#adapter.has(snapshot.name)) {
				return snapshot;
			}

			this.#tell(`the snapshot ${snapshot.name} is damaged, and is not used`);
			this.#damaged = snapshot.name;
		}

		return undefined;
	}

	/** What is known of one. */
	async get(name: string): Promise<Snapshot | undefined> {
		return (await this.#adapter.list()).find(snapshot => snapshot.name === name);
	}

	/** Removes what nobody used for two weeks, and the oldest beyond twenty. */
	async prune(current: string): Promise<void> {
		const isOld = ({lastUsedAt}: Snapshot): boolean => Date.now() - lastUsedAt.getTime() > keptMs;
		const doomed = (await this.#newestFirst()).filter((snapshot, index) => snapshot.name !== current && (index >= keptSnapshots || isOld(snapshot)));
		for (const {name} of doomed) {
			this.#tell(`pruning the snapshot ${name}`);
			await this.#adapter.remove(name);
		}
	}

	async #newestFirst(): Promise<Snapshot[]> {
		return (await this.#adapter.list()).toSorted((a, b) => b.lastUsedAt.getTime() - a.lastUsedAt.getTime());
	}
}
