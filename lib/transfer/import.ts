import type {HarnessConfig} from '../config/options.ts';
import {readArchive} from './archive.ts';
import {kindError} from './errors.ts';
import {assertFits, type Manifest} from './manifest.ts';
import {readProject, type TransferOptions} from './project-snapshot.ts';

/** What was imported. */
export interface Imported extends Manifest {
	/** True if it was here before, and nothing was done. */
	readonly wasHere: boolean;
}

/**
 * Makes a snapshot of an archive, if it is of this project's sources and server, whole, and not here yet.
 * @throws {ERR_SNAPSHOT_ARCHIVE}, {ERR_SNAPSHOT_MISMATCH}, {ERR_SNAPSHOT_DAMAGED}, {ERR_SNAPSHOT_KIND}; then nothing was imported
 */
export async function importSnapshot(config: HarnessConfig, file: string, options: TransferOptions): Promise<Imported> {
	const {progress, signal} = options;
	const {manifest, open, verify} = await readArchive(file);
	const project = await readProject(config, options);
	const {adapter} = project;
	if (!adapter.packer) {
		throw kindError(`Tests run on ${project.description}, which takes no snapshot.`, 'Import into a container engine or for embedded servers: DATAFLOW_TDD_SERVER=embedded');
	}

	assertFits(file, manifest, project);
	if (await adapter.has(manifest.snapshot)) {
		return {...manifest, wasHere: true};
	}

	progress('checking the archive');
	await verify(signal);
	progress('unpacking the snapshot');
	await adapter.packer.unpack(manifest.snapshot, open, signal);
	return {...manifest, wasHere: false};
}
