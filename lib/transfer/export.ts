import type {HarnessConfig} from '../config/options.ts';
import {packageVersion} from '../keeper/identity.ts';
import {writeArchive} from './archive.ts';
import {kindError} from './errors.ts';
import {archiveFormat, type Manifest} from './manifest.ts';
import {ensureSnapshot, readProject, type TransferOptions} from './project-snapshot.ts';

/** What was exported. */
export interface Exported extends Manifest {
	/** True if the snapshot was built by this call. */
	readonly isBuilt: boolean;
}

/** Each step of so many bytes is told. */
const toldBytes = 8_000_000;

/**
 * Writes the project's snapshot into a file, building it first where it is not there.
 * @throws {ERR_SNAPSHOT_KIND} where servers have no snapshots
 */
export async function exportSnapshot(config: HarnessConfig, file: string, options: TransferOptions): Promise<Exported> {
	const project = await readProject(config, options);
	const {adapter: {packer}, kind, fingerprint, identity, description} = project;
	if (!packer) {
		throw kindError(`Tests run on ${description}, of which there is no snapshot to export.`, `Export from a container or an embedded server: DATAFLOW_TDD_SERVER=embedded`);
	}

	const {snapshot, isBuilt} = await ensureSnapshot(project, config, options);
	const {name, createdAt, sizeBytes} = snapshot;
	let told = 0;
	options.progress('packing the snapshot');
	const manifest = await writeArchive({
		file, signal: options.signal,
		contents: await packer.pack(name),
		manifest: {format: archiveFormat, kind, snapshot: name, fingerprint, identity, createdAt: createdAt.toISOString(), writtenBy: `dataflow-tdd ${packageVersion()}`},
		onBytes(bytes) {
			if (bytes - told > toldBytes) {
				told = bytes;
				options.progress('packing the snapshot', Math.min(bytes / sizeBytes, 0.99));
			}
		},
	});
	return {...manifest, isBuilt};
}
