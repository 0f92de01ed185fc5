import {mkdir, rm, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';

/** Remembers when snapshots were used last: an image cannot, so each has an empty file whose mtime tells it. */
export class LastUse {
	readonly #folder: string | undefined;

	/** Without a folder nothing is remembered. */
	constructor(cacheFolder: string | undefined) {
		this.#folder = cacheFolder && path.join(cacheFolder, 'container-snapshots');
	}

	async touch(name: string): Promise<void> {
		if (this.#folder) {
			await mkdir(this.#folder, {recursive: true});
			await writeFile(path.join(this.#folder, name), '');
		}
	}

	async at(name: string): Promise<Date | undefined> {
		const found = this.#folder && await stat(path.join(this.#folder, name)).catch(() => undefined);
		return found ? found.mtime : undefined;
	}

	async forget(name: string): Promise<void> {
		if (this.#folder) {
			await rm(path.join(this.#folder, name), {force: true});
		}
	}
}
