import {createHash} from 'node:crypto';
import {mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {cacheSubfolder} from '../config/folders.ts';
import type {HarnessConfig} from '../config/options.ts';
import {partName} from '../config/parts.ts';
import {combinationId, type Combination} from '../template/combination.ts';

const keptWishes = 24;

/** The combinations that tests of a project have asked for, newest first, kept from run to run so that snapshots hold them. */
export class Wishes {
	readonly #file: string;
	#list: Combination[];

	constructor(file: string) {
		this.#file = file;
		this.#list = readList(file);
	}

	get list(): readonly Combination[] {
		return this.#list;
	}

	/** @returns true if nobody had asked for it before */
	add(combination: Combination): boolean {
		const id = combinationId(combination);
		if (id === 'schema' || this.#list.some(known => combinationId(known) === id)) {
			return false;
		}

		this.#write([combination, ...this.#list].slice(0, keptWishes));
		return true;
	}

	/** Forgets a combination that can no longer be built. */
	drop(combination: Combination): void {
		this.#write(this.#list.filter(known => combinationId(known) !== combinationId(combination)));
	}

	#write(list: Combination[]): void {
		this.#list = list;
		const part = partName(this.#file);
		mkdirSync(path.dirname(this.#file), {recursive: true});
		writeFileSync(part, JSON.stringify(list));
		renameSync(part, this.#file);
	}
}

function readList(file: string): Combination[] {
	try {
		return JSON.parse(readFileSync(file, 'utf8')) as Combination[];
	} catch {
		return [];
	}
}

/** The wishes of a project and its seeds; which server it runs on does not matter. */
export function wishesOf({projectDir, seeds}: Pick<HarnessConfig, 'projectDir' | 'seeds'>): Wishes {
	const key = createHash('sha256').update(`${projectDir}\n${seeds}`).digest('hex').slice(0, 16);
	return new Wishes(path.join(cacheSubfolder('wishes'), `${key}.json`));
}
