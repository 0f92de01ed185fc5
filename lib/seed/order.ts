import {SeedError} from '../errors.ts';
import type {FoundPack} from './catalog.ts';

/**
 * The packs that a combination consists of, each after what it needs, otherwise by name: the same for every way of asking.
 * @throws {ERR_SEED_UNKNOWN} for a pack that is not in the folder, {ERR_SEED_CYCLE} for packs that need each other
 */
export function orderPacks(packs: ReadonlyMap<string, FoundPack>, asked: readonly string[]): FoundPack[] {
	const waiting = collect(packs, asked);
	const ordered: FoundPack[] = [];
	while (waiting.size > 0) {
		const next = [...waiting.values()].find(pack => pack.needs.every(need => !waiting.has(need)))!;
		waiting.delete(next.name);
		ordered.push(next);
	}

	return ordered;
}

/** What was asked for and all that it needs, by name. */
function collect(packs: ReadonlyMap<string, FoundPack>, asked: readonly string[]): Map<string, FoundPack> {
	const found = new Map<string, FoundPack>();
	const visit = (name: string, path: readonly string[]): void => {
		if (path.includes(name)) {
			throw cycle([...path.slice(path.indexOf(name)), name]);
		}

		const pack = packs.get(name) ?? unknown(name, packs, path.at(-1));
		found.set(name, pack);
		for (const need of pack.needs) {
			visit(need, [...path, name]);
		}
	};

	for (const name of asked) {
		visit(name, []);
	}

	return new Map([...found].toSorted(([a], [b]) => a < b ? -1 : 1));
}

function cycle(names: readonly string[]): SeedError {
	return new SeedError('ERR_SEED_CYCLE', {
		what: `Seed packs need each other in a circle: ${names.join(' -> ')}.`,
		why: 'None of them can be loaded first.',
		fix: 'Move the rows that both need into a third pack.',
	});
}

function unknown(name: string, packs: ReadonlyMap<string, FoundPack>, neededBy: string | undefined): never {
	const known = [...packs.keys()].toSorted();
	throw new SeedError('ERR_SEED_UNKNOWN', {
		what: `There is no seed pack called '${name}'${neededBy ? `, which '${neededBy}' needs` : ''}.`,
		why: known.length === 0 ? 'The seeds folder holds no packs.' : `The packs are: ${known.join(', ')}.`,
		fix: `Correct the name, or export defineSeedPack<DB>()({name: '${name}', load}) from a file in the seeds folder.`,
	});
}
