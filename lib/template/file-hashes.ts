import {createHash} from 'node:crypto';
import {readFile, stat} from 'node:fs/promises';

interface Known {
	/** Changes with every write: size, inode and the two times that the file system keeps itself. */
	readonly stamp: string;
	readonly hash: string;
}

/** Hashes files by content, and reads a file again only when the file system says that it was touched. */
export class FileHashes {
	readonly #known = new Map<string, Known>();

	/** A hash of the content with line endings normalised: the same on every machine, whatever checked it out. */
	async hash(file: string): Promise<string> {
		const {size, ino, mtimeNs, ctimeNs} = await stat(file, {bigint: true});
		const stamp = `${size} ${ino} ${mtimeNs} ${ctimeNs}`;
		const known = this.#known.get(file);
		if (known?.stamp === stamp) {
			return known.hash;
		}

		const hash = hashText((await readFile(file, 'utf8')).replaceAll('\r\n', '\n'));
		this.#known.set(file, {stamp, hash});
		return hash;
	}
}

/** The SHA-256 of a text, as hex. */
export function hashText(text: string): string {
	return createHash('sha256').update(text).digest('hex');
}
