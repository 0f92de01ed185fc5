import {existsSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** The nearest folder at or above a path that holds a package.json; the path itself where there is none. */
export function findProject(start: string = process.cwd()): string {
	for (let folder = path.resolve(start); ; folder = path.dirname(folder)) {
		if (existsSync(path.join(folder, 'package.json'))) {
			return folder;
		}

		if (folder === path.dirname(folder)) {
			return path.resolve(start);
		}
	}
}
