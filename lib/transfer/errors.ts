import {SnapshotError} from '../errors.ts';

/** The file is none that this release can read as an archive. */
export function archiveError(file: string, what: string, cause?: unknown): SnapshotError {
	return new SnapshotError('ERR_SNAPSHOT_ARCHIVE', {
		what: `${file} cannot be read as an archive of a snapshot: ${what}.`,
		why: (cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
			? 'There is no such file here; a cache or another machine may not have brought it.'
			: 'The file is another one, is cut short, or was written by another release of dataflow-tdd.',
		fix: `Write it anew where the snapshot is: npx dataflow-tdd snapshot export ${file}`,
		cause,
	});
}

/** What is in the archive is not what was put into it. */
export function damagedError(file: string, what: string): SnapshotError {
	return new SnapshotError('ERR_SNAPSHOT_DAMAGED', {
		what: `The archive ${file} is damaged: ${what}.`,
		why: 'It was cut short or changed on its way; nothing was imported.',
		fix: `Copy it again, or write it anew where the snapshot is: npx dataflow-tdd snapshot export ${file}`,
	});
}

/** This kind of server has no snapshots, or none that can go that way. */
export function kindError(what: string, fix: string): SnapshotError {
	return new SnapshotError('ERR_SNAPSHOT_KIND', {
		what,
		why: 'Snapshots of containers are images, those of embedded servers are folders, and an existing server keeps its templates to itself.',
		fix,
	});
}
