import path from 'node:path';
import {cacheSubfolder} from '../../config/folders.ts';
import {CliError, HarnessError} from '../../errors.ts';
import {makeFolder} from '../../report/write.ts';
import {carrying, seconds} from '../carrying.ts';
import {formatBytes, formatTable, print} from '../output.ts';
import {loadProjectConfig, type CommonOptions} from '../project.ts';

/** What a command with one argument takes. */
export interface SnapshotOptions extends CommonOptions {
	readonly args: readonly string[];
}

/** Prints the fingerprint that the snapshot of this project has, or would have. */
export async function key({json = false}: CommonOptions): Promise<void> {
	const {readProject} = await import('../../transfer/project-snapshot.ts');
	await carrying(async options => {
		const {fingerprint, kind, identity} = await readProject(await loadProjectConfig(), options);
		print({fingerprint, kind, identity}, {json, text: fingerprint});
	});
}

/** Lists the snapshots of the kind of server that this project runs on. */
export async function list({json = false}: CommonOptions): Promise<void> {
	const {readProject} = await import('../../transfer/project-snapshot.ts');
	await carrying(async options => {
		const {adapter, fingerprint, kind, find} = await readProject(await loadProjectConfig(), options);
		const current = await find();
		const snapshots = (await adapter.list()).toSorted((a, b) => b.lastUsedAt.getTime() - a.lastUsedAt.getTime())
			.map(({name, createdAt, lastUsedAt, sizeBytes}) => ({name, kind, createdAt, lastUsedAt, sizeBytes, isCurrent: name === current?.name}));
		const rows = snapshots.map(({name, createdAt, lastUsedAt, sizeBytes, isCurrent}) => [isCurrent ? '*' : '', name, kind, day(createdAt), day(lastUsedAt), formatBytes(sizeBytes)]);
		const table = rows.length === 0 ? `There are no ${kind} snapshots.` : formatTable([['', 'snapshot', 'server', 'saved', 'last used', 'size'], ...rows]);
		print({fingerprint, snapshots}, {json, text: current || rows.length === 0 ? table : `${table}\nNone of them is this project's as it is now: the next run builds it.`});
	});
}

const day = (date: Date): string => date.toISOString().slice(0, 16).replace('T', ' ');

/** Writes the snapshot of this project into a file. */
export async function exportTo({args: [file = ''], json = false}: SnapshotOptions): Promise<void> {
	const {exportSnapshot} = await import('../../transfer/export.ts');
	const startedAt = performance.now();
	await carrying(async options => {
		const config = await loadProjectConfig();
		const target = path.resolve(file);
		try {
			await makeFolder(path.dirname(target));
			const exported = await exportSnapshot(config, target, options);
			const {snapshot, contents, isBuilt} = exported;
			print({...exported, file: target}, {json, text: `${file} holds the snapshot ${snapshot}${isBuilt ? ', which was built now' : ''}: ${formatBytes(contents.bytes)}, in ${seconds(startedAt)}.`});
		} catch (error) {
			throw explainWrite(error, file);
		}
	});
}

function explainWrite(error: unknown, file: string): unknown {
	const {code, message} = error as NodeJS.ErrnoException;
	const isOfFile = ['ENOENT', 'EACCES', 'EISDIR', 'ENOTDIR', 'EROFS', 'ENOSPC', 'EDQUOT', 'EEXIST', 'EPERM', 'ENOTEMPTY'].includes(code ?? '');
	return error instanceof HarnessError || !isOfFile ? error : new CliError('ERR_CLI_WRITE', {
		what: `The file ${file} cannot be written: ${message}.`,
		why: 'It or its folder may not be yours to write to, one of them may be the other, or the disk may be full.',
		fix: 'Name another: npx dataflow-tdd snapshot export snapshot.tar',
		cause: error,
	});
}

/** An import that fails for the machine, and not for the archive. */
function explainUnpack(error: unknown): unknown {
	const {code, message} = error as NodeJS.ErrnoException;
	const isOfDisk = ['ENOSPC', 'EDQUOT', 'EACCES'].includes(code ?? '');
	return error instanceof HarnessError || !isOfDisk ? error : new CliError('ERR_CLI_WRITE', {
		what: `The snapshot cannot be unpacked into ${cacheSubfolder('snapshots')}: ${message}.`,
		why: 'The disk may be full, or the folder not yours to write to; nothing was imported.',
		fix: 'Make room there (npx dataflow-tdd prune), or name a folder elsewhere: DATAFLOW_TDD_CACHE',
		cause: error,
	});
}

/** Takes the snapshot of this project out of a file. */
export async function importFrom({args: [file = ''], json = false}: SnapshotOptions): Promise<void> {
	const {importSnapshot} = await import('../../transfer/import.ts');
	const startedAt = performance.now();
	await carrying(async options => {
		const imported = await importSnapshot(await loadProjectConfig(), path.resolve(file), options).catch((error: unknown) => {
			throw explainUnpack(error);
		});
		const {snapshot, wasHere, contents} = imported;
		const text = wasHere ? `The snapshot ${snapshot} is here already; nothing was done.` : `The snapshot ${snapshot} was imported, ${formatBytes(contents.bytes)} in ${seconds(startedAt)}: the next run starts from it.`;
		print({...imported, file: path.resolve(file)}, {json, text});
	});
}
