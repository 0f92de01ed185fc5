import {stat, statfs} from 'node:fs/promises';
import {cacheFolder} from '../../config/folders.ts';
import {formatBytes} from '../../config/format.ts';
import {serverAccount} from '../../server/embedded/account.ts';
import {serversFolder} from '../../server/embedded/data-folder.ts';
import {failed, ok, warning, type Finding} from './checks.ts';

/** A folder that the harness writes to, and what is free there. */
export interface Room {
	readonly folder: string;
	readonly freeBytes: number;
}

/** What a few servers and a snapshot need: each some 50 MB before the first row. */
const scarceBytes = 1_000_000_000;
/** What not one server can be made in. */
const fullBytes = 100_000_000;

const fix = 'Free some; `dataflow-tdd prune --days 1` removes snapshots, DATAFLOW_TDD_CACHE and DATAFLOW_TDD_DATA move the folders.';

/** Reads what is free where snapshots are kept and, for embedded servers, where servers lie. One file system counts once. */
export async function readRooms(isEmbedded: boolean): Promise<Room[]> {
	const folders = [cacheFolder(), ...(isEmbedded ? [await serversFolder(serverAccount())] : [])];
	const rooms = await Promise.all(folders.map(async folder => {
		const [{bavail, bsize}, {dev}] = await Promise.all([statfs(folder), stat(folder)]);
		return {folder, freeBytes: bavail * bsize, dev};
	}));
	return rooms.filter(({dev}, index) => rooms.findIndex(other => other.dev === dev) === index).map(({folder, freeBytes}) => ({folder, freeBytes}));
}

/** Says if that is enough. */
export function judgeRooms(rooms: readonly Room[]): Finding {
	const detail = rooms.map(({folder, freeBytes}) => `${formatBytes(freeBytes)} free in ${folder}`).join(', ');
	const least = Math.min(...rooms.map(({freeBytes}) => freeBytes));
	return least < fullBytes ? failed(detail, fix) : least < scarceBytes ? warning(detail, fix) : ok(detail);
}
