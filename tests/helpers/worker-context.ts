import type {ExecutionContext} from 'ava';
import {openCloneContext, type CloneRequest, type OpenClone} from '#lib/context/clone/clone-context.js';
import type {Lane} from '#lib/context/lane.js';
import type {StatementObserver} from '#lib/context/observer.js';
import {openRollbackContext, type OpenContext, type RollbackOptions} from '#lib/context/rollback-context.js';
import {workerSession} from '#lib/context/worker-session.js';
import {connectClient, type Client} from '#lib/postgres/client.js';
import type {Combination, SchemaLayer} from '#lib/template/combination.js';
import {beforeDeadline} from './deadline.ts';

/** An open context, and the lane that it lies on. */
export interface TestedContext extends OpenContext {
	readonly lane: Lane;
}

export interface ContextRequest extends RollbackOptions {
	readonly packs?: readonly string[];
	readonly layers?: readonly SchemaLayer[];
	/** Of the test that it is for. */
	readonly title?: string;
	/** Who is told of its statements. */
	readonly observer?: StatementObserver;
}

/** Opens a context as a fixture does, but leaves its end to the caller, who wants to see what it finds out. */
export async function withContext<T>(use: (open: TestedContext) => Promise<T>, {packs = [], layers = [], title, observer, ...options}: ContextRequest = {}): Promise<T> {
	const session = await workerSession.open();
	const combination: Combination = {packs, layers};
	return session.withLane(combination, async lane => {
		const open = await openRollbackContext(lane, options, title === undefined && !observer ? undefined : {title: title ?? '', packs, observer});
		return closeIfItThrows(open, async () => use({...open, lane}));
	});
}

/** A test that fails before it has closed its context must not spoil the ones after it. */
async function closeIfItThrows<T>(open: Pick<OpenContext, 'close'>, use: () => Promise<T>): Promise<T> {
	try {
		return await use();
	} catch (error) {
		await open.close({hasFailed: true}).catch(() => {});
		throw error;
	}
}

/** Opens a context, uses it, and asserts that its end finds nothing. */
export async function inContext<T>(t: ExecutionContext, use: (open: TestedContext) => Promise<T>, request: ContextRequest = {}): Promise<T> {
	return withContext(async open => {
		const result = await use(open);
		t.is(await open.close({hasFailed: false}), undefined);
		return result;
	}, request);
}

/** The end of a context in which something was done, as its code. */
export async function endOf(use: (open: TestedContext) => Promise<unknown>, request: ContextRequest = {}): Promise<(Error & {code?: string}) | undefined> {
	return withContext(async open => {
		await use(open);
		return open.close({hasFailed: false});
	}, request);
}

/** Another connection to the database of a context; it is closed after the test. */
export async function connectBeside(t: ExecutionContext, lane: Lane): Promise<Client> {
	const {lease} = await workerSession.open();
	const {database} = await lane.open();
	const client = await connectClient({...lease.address, database: database.name, applicationName: 'observer'});
	t.teardown(() => client.end());
	return client;
}

/** Asks again until the answer is yes. */
export async function until(isTrue: () => Promise<boolean>): Promise<void> {
	const isOver = {value: false};
	const ask = async (): Promise<void> => {
		while (!isOver.value && !await isTrue()) {
			await new Promise(resolve => {
				setTimeout(resolve, 10);
			});
		}
	};

	await beforeDeadline(ask(), {what: 'What a test waits for', seen: () => String(isTrue)}).finally(() => {
		isOver.value = true;
	});
}

/** Opens a clone context as a fixture does, but leaves its end to the caller. */
export async function withClone<T>(use: (open: OpenClone) => Promise<T>, packs: readonly string[] = [], title?: string | Pick<CloneRequest, 'title' | 'observer'>): Promise<T> {
	const {clones} = await workerSession.open();
	return clones.withPlace(async () => {
		const open = await openCloneContext(clones, {packs, layers: []}, typeof title === 'object' ? title : title === undefined ? {} : {title});
		return closeIfItThrows(open, async () => use(open));
	});
}

/** Opens a clone context, uses it, and asserts that its end finds nothing. */
export async function inClone<T>(t: ExecutionContext, use: (context: OpenClone['context']) => Promise<T>, packs: readonly string[] = []): Promise<T> {
	return withClone(async open => {
		const result = await use(open.context);
		t.is(await open.close({hasFailed: false}), undefined);
		return result;
	}, packs);
}
