import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {threadId} from 'node:worker_threads';
import {recordFormat, type FileRecord, type RunRecord} from './records.ts';
import {unmeasured, wasUnderWay} from './unmeasured.ts';

/** How many runs of a project are kept, to be looked at. */
const keptRuns = 10;
const runFile = 'run.json';

/** What is known of a run beside its files. */
export type RunHead = Omit<RunRecord, 'files'>;

/** Where the runs of a project are kept. */
export function runsFolder(projectDir: string): string {
	return path.join(projectDir, 'node_modules', '.cache', 'dataflow-tdd', 'runs');
}

/** Makes the folder of a run that begins, and removes the oldest of those that have ended. */
export function createRun(projectDir: string, startedAt = Date.now()): {readonly id: string; readonly folder: string} {
	const id = `${new Date(startedAt).toISOString().replaceAll(/[-:Z]/g, '')}-${process.pid}`;
	const folder = path.join(runsFolder(projectDir), id);
	mkdirSync(folder, {recursive: true});
	pruneRuns(projectDir);
	return {id, folder};
}

/** Removes a run that nobody will look at. */
export function removeRun(folder: string): void {
	rmSync(folder, {recursive: true, force: true});
}

/** Keeps the newest runs that came to their end, and those that may be under way. */
function pruneRuns(projectDir: string): void {
	const folders = listRuns(projectDir);
	const ended = folders.filter(folder => existsSync(path.join(folder, runFile)));
	const abandoned = folders.filter(folder => !ended.includes(folder) && !isRunning(folder));
	for (const folder of [...ended.slice(keptRuns), ...abandoned]) {
		removeRun(folder);
	}
}

/** Whether the process is there that a run's name tells. */
function isRunning(folder: string): boolean {
	try {
		process.kill(Number(path.basename(folder).split('-').at(-1)), 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/** The folders of a project's runs, the newest first. */
export function listRuns(projectDir: string): string[] {
	try {
		return readdirSync(runsFolder(projectDir)).toSorted().toReversed().map(name => path.join(runsFolder(projectDir), name));
	} catch {
		return [];
	}
}

/** Writes JSON whole or not at all: who reads meanwhile finds the old file, or none. */
function writeWhole(file: string, value: unknown): void {
	const part = `${file}.${process.pid}-${threadId}.part`;
	writeFileSync(part, JSON.stringify(value));
	renameSync(part, file);
}

/** Adds what a worker measured. At once, because a worker that is done is ended. */
export function writeFileRecord(folder: string, record: FileRecord): void {
	// In watch mode, later runs may have taken the place of the folder.
	mkdirSync(folder, {recursive: true});
	// A file may have more than one session: closed sessions are opened again by tests that come late.
	writeWhole(path.join(folder, `file-${process.pid}-${threadId}-${Math.round(record.startedAt * 1000)}.json`), record);
}

/** Writes what is known of a run beside its files. */
export function writeRunHead(folder: string, head: RunHead): void {
	writeWhole(path.join(folder, runFile), head);
}

/** Reads a run; nothing when it has no head, or one of another format. Files that cannot be read are left out. */
export function readRun(folder: string): RunRecord | undefined {
	const head = readJson<RunHead>(path.join(folder, runFile));
	return head?.format === recordFormat ? {...head, files: readFileRecords(folder).map(file => head.exitCode === 0 ? withExpected(file) : withUnderWay(file))} : undefined;
}

/** In a run that was a success, what failed was expected to. */
function withExpected(file: FileRecord): FileRecord {
	return {...file, tests: file.tests.map(test => test.outcome === 'failed' ? {...test, outcome: 'expected'} : test)};
}

/** What was under way when its worker was ended is no success. */
function withUnderWay({underWay = [], ...file}: FileRecord): FileRecord {
	return {...file, tests: [...file.tests, ...underWay.map(test => unmeasured(test, wasUnderWay))]};
}

/** Reads what the workers of a run have written so far, in the order in which they began. */
export function readFileRecords(folder: string): FileRecord[] {
	return readdirSync(folder).filter(name => /^file-.*\.json$/.test(name))
		.map(name => readJson<FileRecord>(path.join(folder, name)))
		.filter((record): record is FileRecord => record?.format === recordFormat)
		.toSorted((one, other) => one.startedAt - other.startedAt);
}

/** The newest run of a project that came to its end. */
export function readLatestRun(projectDir: string): RunRecord | undefined {
	for (const folder of listRuns(projectDir)) {
		const run = readRun(folder);
		if (run) {
			return run;
		}
	}

	return undefined;
}

function readJson<T>(file: string): T | undefined {
	try {
		return JSON.parse(readFileSync(file, 'utf8')) as T;
	} catch {
		return undefined;
	}
}
