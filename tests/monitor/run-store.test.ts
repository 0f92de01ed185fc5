import {spawnSync} from 'node:child_process';
import {mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {machineClass} from '#lib/monitor/machine-class.js';
import {recordFormat, type FileRecord} from '#lib/monitor/records.js';
import {createRun, readLatestRun, readRun, runsFolder, writeFileRecord, writeRunHead, type RunHead} from '#lib/monitor/run-store.js';
import {withFolder} from '../helpers/folder.ts';

function headOf(id: string, projectDir: string): RunHead {
	return {format: recordFormat, id, projectDir, startedAt: 1, endedAt: 2, server: 'embedded PostgreSQL 18.4', reason: 'none', workers: 2, machine: machineClass('embedded 18'), timeline: []};
}

const file: FileRecord = {
	format: recordFormat, file: 'a.test.ts', pid: 1, threadId: 0, startedAt: 5, endedAt: 6, slot: 0, serverVersion: 18, leaseWaitMs: 1, peakRssBytes: 1, tests: [], statements: [],
	cache: {enabled: true, cacheEnabled: true, hits: 0, misses: 0, hitRate: 0, bytes: 0, milliseconds: 0, savedMilliseconds: 0, bySchema: {}},
};

test('a run is read back as it was written, its files in the order in which they began', async t => {
	await withFolder(async projectDir => {
		const {id, folder} = createRun(projectDir);
		writeFileRecord(folder, {...file, file: 'late.test.ts', startedAt: 9});
		writeFileRecord(folder, file);
		t.is(readRun(folder), undefined);
		writeRunHead(folder, headOf(id, projectDir));
		t.deepEqual(readRun(folder), {...headOf(id, projectDir), files: [file, {...file, file: 'late.test.ts', startedAt: 9}]});
	});
});

/** A run of a process that is not there, which came to its end or did not. */
function leaveRun(projectDir: string, startedAt: number, {hasEnded}: {hasEnded: boolean}): string {
	const name = `${new Date(startedAt).toISOString().replaceAll(/[-:Z]/g, '')}-${gone}`;
	mkdirSync(path.join(runsFolder(projectDir), name), {recursive: true});
	if (hasEnded) {
		writeRunHead(path.join(runsFolder(projectDir), name), headOf(name, projectDir));
	}

	return name;
}

const names = (projectDir: string): string[] => readdirSync(runsFolder(projectDir)).toSorted((a, b) => a.localeCompare(b));
const {pid: gone} = spawnSync(process.execPath, ['-e', '']);

test('the newest ten runs that came to their end are kept', async t => {
	await withFolder(async projectDir => {
		const ended = Array.from({length: 12}, (_, index) => leaveRun(projectDir, Date.UTC(2026, 0, 1) + index * 1000, {hasEnded: true}));
		const {id} = createRun(projectDir);
		t.deepEqual(names(projectDir), [...ended.slice(2), id]);
	});
});

test('a run that is under way is kept, however old, and what a dead one has left is removed', async t => {
	await withFolder(async projectDir => {
		const first = createRun(projectDir, Date.UTC(2025, 0, 1));
		leaveRun(projectDir, Date.UTC(2025, 5, 1), {hasEnded: false});
		const ended = Array.from({length: 11}, (_, index) => leaveRun(projectDir, Date.UTC(2026, 0, 1) + index * 1000, {hasEnded: true}));
		const {id} = createRun(projectDir);
		t.deepEqual(names(projectDir), [first.id, ...ended.slice(1), id]);
	});
});

test('the latest run is the newest that came to its end', async t => {
	await withFolder(async projectDir => {
		t.is(readLatestRun(projectDir), undefined);
		const first = createRun(projectDir, 1000);
		writeRunHead(first.folder, headOf(first.id, projectDir));
		createRun(projectDir, 2000);
		t.is(readLatestRun(projectDir)?.id, first.id);
	});
});

test('records of another format, and files that are none, are left out', async t => {
	await withFolder(async projectDir => {
		const {id, folder} = createRun(projectDir);
		writeRunHead(folder, headOf(id, projectDir));
		writeFileRecord(folder, {...file, format: 99 as typeof recordFormat});
		writeFileSync(path.join(folder, 'file-broken.json'), '{"format": 1, ');
		mkdirSync(path.join(folder, 'file-folder.json'));
		t.deepEqual(readRun(folder)?.files, []);
	});
});

test('what failed in a run that was a success was expected to', async t => {
	await withFolder(async projectDir => {
		const {id, folder} = createRun(projectDir);
		const outcomes = (): string[] => readRun(folder)!.files.flatMap(({tests}) => tests).map(({outcome}) => outcome);
		writeFileRecord(folder, {...file, tests: [{title: 'a', outcome: 'failed'}, {title: 'b', outcome: 'passed'}] as unknown as FileRecord['tests']});
		writeRunHead(folder, {...headOf(id, projectDir), exitCode: 1});
		t.deepEqual(outcomes(), ['failed', 'passed']);
		writeRunHead(folder, {...headOf(id, projectDir), exitCode: 0});
		t.deepEqual(outcomes(), ['expected', 'passed']);
	});
});
