import {existsSync} from 'node:fs';
import {mkdir, readFile, rename} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import writeFileAtomic from 'write-file-atomic';
import {HistoryError} from '../errors.ts';
import {withLock} from '../keeper/lock.ts';
import {emptyHistory, historyFormat, type History} from './history.ts';
import {renderJson} from './render.ts';
import {toHistory} from './shape.ts';

/** An update takes some milliseconds; who waits for more than ten seconds waits for something else. */
const lockRequest = {attempts: 200, pauseMs: 100};

/** A newer release has written it: it is neither damaged nor ours to change. */
function assertFormat(text: string, file: string): void {
	const format = /^\s*\{\s*"format":\s*(\d+)/.exec(text)?.[1];
	if (format !== undefined && Number(format) > historyFormat) {
		throw new HistoryError('ERR_HISTORY_FORMAT', {
			what: `The history ${file} has format ${format}, and this release of dataflow-tdd knows ${historyFormat}.`,
			why: 'A newer release has written it.',
			fix: 'Update dataflow-tdd, or choose another file with the option historyFile.',
		});
	}
}

/** What was read, and whether it could be. */
interface Reading {
	readonly history: History;
	/** Why the file cannot be used. */
	readonly damage?: string;
}

async function read(file: string): Promise<Reading> {
	const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
		if (error.code === 'ENOENT') {
			return undefined;
		}

		throw error;
	});
	if (text === undefined) {
		return {history: emptyHistory};
	}

	assertFormat(text, file);
	try {
		const history = toHistory(JSON.parse(text));
		return history ? {history} : {history: emptyHistory, damage: 'it is JSON, but no history'};
	} catch (error) {
		return {history: emptyHistory, damage: (error as Error).message};
	}
}

/** Moves a damaged file aside, where nothing overwrites it. */
async function setAside(file: string): Promise<string> {
	for (let number = 0; ; number++) {
		const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
		const aside = `${file}.damaged-${stamp}${number === 0 ? '' : `-${number}`}`;
		if (!existsSync(aside)) {
			await rename(file, aside);
			return aside;
		}
	}
}

/** Tells of a file that was set aside. */
export type Warn = (message: string) => void;

const warnOnStderr: Warn = message => {
	process.stderr.write(`${message}\n`);
};

/** Under the lock: two who find a file damaged must not set aside what the other one has written since. */
async function readSound(file: string, warn: Warn): Promise<History> {
	const {history, damage} = await read(file);
	if (damage !== undefined) {
		const aside = await setAside(file);
		warn(`dataflow-tdd: the history ${file} is damaged (${damage}); it was set aside as ${path.basename(aside)}, and a new one begins.`);
	}

	return history;
}

async function locked<T>(file: string, action: () => Promise<T>): Promise<T> {
	await mkdir(path.dirname(file), {recursive: true});
	return withLock(file, lockRequest, action).catch((error: unknown) => {
		throw (error as NodeJS.ErrnoException).code === 'ELOCKED' ? busy(file, error) : error;
	});
}

function busy(file: string, cause: unknown): HistoryError {
	return new HistoryError('ERR_HISTORY_BUSY', {
		what: `The history ${file} has been locked by another process for more than ten seconds.`,
		why: 'It takes some milliseconds to update it, so that process may be stopped or hang.',
		fix: `End it, or remove ${file}.lock when there is none.`,
		cause,
	});
}

/**
 * Looks into the history, and nothing else: no lock, and a damaged file stays where it is. An empty one when there is no file.
 * @throws {ERR_HISTORY_FORMAT} when a newer release has written it, and what says why it is unreadable
 */
export async function peekHistory(file: string): Promise<History> {
	const {history, damage} = await read(file);
	if (damage !== undefined) {
		throw new Error(damage);
	}

	return history;
}

/**
 * Reads the history; an empty one when there is no file. A damaged file is set aside as `<file>.damaged-<time>`, and told of.
 * @throws {ERR_HISTORY_FORMAT} when a newer release has written it
 */
export async function readHistory(file: string, warn: Warn = warnOnStderr): Promise<History> {
	const {history, damage} = await read(file);
	return damage === undefined ? history : locked(file, async () => readSound(file, warn));
}

/**
 * Changes the history: read, changed and written whole under a lock, so that of several processes that add to it none is lost,
 * and who reads meanwhile finds the old file or the new one.
 * @throws {ERR_HISTORY_BUSY} when another process keeps it locked, {ERR_HISTORY_FORMAT} when a newer release has written it
 */
export async function updateHistory(file: string, change: (history: History) => History, warn: Warn = warnOnStderr): Promise<History> {
	return locked(file, async () => {
		const changed = change(await readSound(file, warn));
		await writeFileAtomic(file, `${renderJson(changed)}\n`);
		return changed;
	});
}
