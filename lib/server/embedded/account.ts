import {chown, readdir} from 'node:fs/promises';
import {lchownSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import process from 'node:process';

/** The operating-system user that PostgreSQL runs as, where that is not the user who runs the harness. */
export interface Account {
	readonly uid: number;
	readonly gid: number;
}

function lookUp(name: string): Account | undefined {
	const line = readFileSync('/etc/passwd', 'utf8').split('\n').find(entry => entry.startsWith(`${name}:`));
	const [, , uid, gid] = line?.split(':') ?? [];
	return uid === undefined || gid === undefined ? undefined : {uid: Number(uid), gid: Number(gid)};
}

/** PostgreSQL refuses to run as root: there it runs as `postgres`, or as `nobody` where no such user exists. */
export function serverAccount(): Account | undefined {
	return process.getuid?.() === 0 ? lookUp('postgres') ?? lookUp('nobody') : undefined;
}

/** Gives a file or folder to the account; nothing happens where no other account is needed. */
export async function giveTo(account: Account | undefined, path: string): Promise<void> {
	if (account) {
		await chown(path, account.uid, account.gid);
	}
}

/** Gives a folder and all that is in it to the account, what lies deepest first. */
export async function giveAllTo(account: Account | undefined, folder: string): Promise<void> {
	if (account) {
		const entries = await readdir(folder, {recursive: true, withFileTypes: true});
		const files = entries.map(({parentPath, name}) => join(parentPath, name)).toReversed();
		for (const file of [...files, folder]) {
			lchownSync(file, account.uid, account.gid);
		}
	}
}
