import {loadConfig} from '../config/load.ts';
import type {HarnessOptions} from '../config/options.ts';
import {findProject} from '../config/project.ts';
import type {RegisteredDatabase, RegisteredSeeds} from '../seed/register.ts';
import {openCloneContext, type CloneContext, type CloneOptions, type OpenClone} from './clone/clone-context.ts';
import {createDataflow, createModels, type Dataflow, type Models} from './models.ts';
import {openRollbackContext, type OpenContext, type RollbackOptions, type TestContext} from './rollback-context.ts';
import {Session} from './session.ts';

type PackName = keyof RegisteredSeeds & string;

/** A context that is closed by `await using`, or by its `close`. */
export type Disposable<Context> = Context & AsyncDisposable & {
	/**
	 * Rolls back and gives the database to the next one who waits. Calling it again does nothing.
	 * @throws {ERR_CONTEXT_COMMITTED} and the other codes of contexts, for what a fixture would fail the test
	 */
	close(): Promise<void>;
};

/** The rows of seed packs, and what their `load` returned. */
export interface SeededData<Pack extends PackName> extends TestContext {
	/** The same context under the name of the Python original. */
	readonly context: TestContext;
	/** What each pack's `load` returned: a fresh copy, by pack name. */
	readonly data: {readonly [Name in Pack]: RegisteredSeeds[Name]};
	/** A model for each table. */
	readonly models: Models<RegisteredDatabase>;
}

/** The harness without a test runner: a server of its own, and contexts on it. */
export interface Harness extends AsyncDisposable {
	/** Opens a rollback context; it waits while another one of the same kind is open, unless the option `lanes` is raised. */
	testContext(options?: RollbackOptions): Promise<Disposable<TestContext & {readonly df: Dataflow<RegisteredDatabase>}>>;
	/** Opens a rollback context on a database that holds the rows of seed packs. */
	seededData<const Packs extends readonly PackName[]>(...packs: Packs): Promise<Disposable<SeededData<Packs[number]>>>;
	/** Gives the caller a database of its own: real commits, as many connections as wanted. */
	parallelSafe<const Packs extends readonly PackName[] = readonly []>(options?: CloneOptions<Packs>): Promise<Disposable<CloneContext<Packs[number]>>>;
	/** Gives the server back. */
	close(): Promise<void>;
}

/** What is open in a place that it gives back at its end. */
interface Held<Open> {
	readonly open: Open;
	readonly close: () => Promise<void>;
}

interface Closable {
	close(end: {hasFailed: boolean}): Promise<Error | undefined>;
}

/** Waits for a place, opens something in it, and keeps the place until that is closed. */
async function holdPlace<Open extends Closable>(withPlace: (use: (open: () => Promise<Open>) => Promise<void>) => Promise<void>): Promise<Held<Open>> {
	const opened = Promise.withResolvers<Open>();
	const done = Promise.withResolvers<void>();
	withPlace(async open => {
		opened.resolve(await open());
		await done.promise;
	}).catch(opened.reject);
	const open = await opened.promise;
	let closing: Promise<void> | undefined;
	const end = async (): Promise<void> => {
		try {
			const problem = await open.close({hasFailed: false});
			if (problem) {
				throw problem;
			}
		} finally {
			done.resolve();
		}
	};

	return {open, close: async () => closing ??= end()};
}

async function holdLane(session: Session, packs: readonly string[], options: RollbackOptions): Promise<Held<OpenContext>> {
	return holdPlace(async use => session.withLane(session.combination(packs), async lane => use(async () => openRollbackContext(lane, options))));
}

async function holdClone(session: Session, options: CloneOptions): Promise<Held<OpenClone>> {
	const combination = session.combination(options.seeds ?? []);
	return holdPlace(async use => session.clones.withPlace(async () => use(async () => openCloneContext(session.clones, combination, options))));
}

function disposable<Context extends object>(context: Context, close: () => Promise<void>): Disposable<Context> {
	return {...context, close, [Symbol.asyncDispose]: close};
}

/**
 * Leases a server of this project's template, for use without AVA: `await using harness = await createHarness()`.
 * @throws {ERR_SERVER_UNAVAILABLE} and the other codes of configuration, servers, templates and the keeper
 */
export async function createHarness(options: HarnessOptions = {}): Promise<Harness> {
	const config = await loadConfig(findProject(), options);
	const session = await Session.open(config, 'createHarness');
	const close = async (): Promise<void> => session.close();
	return {
		async testContext(contextOptions = {}) {
			const {open, close: closeContext} = await holdLane(session, [], contextOptions);
			const df = createDataflow<RegisteredDatabase>({db: open.context.db, tables: open.record.tables});
			return disposable({...open.context, df}, closeContext);
		},
		async seededData(...packs) {
			const {open, close: closeContext} = await holdLane(session, packs, {});
			const {context, record, seedResult} = open;
			const data = Object.fromEntries(packs.map(pack => [pack, seedResult(pack)]));
			const models = createModels<RegisteredDatabase>({db: context.db, tables: record.tables});
			return disposable({...context, context, data, models}, closeContext) as never;
		},
		async parallelSafe(cloneOptions = {}) {
			const {open, close: closeContext} = await holdClone(session, cloneOptions);
			return disposable(open.context, closeContext) as never;
		},
		close,
		[Symbol.asyncDispose]: close,
	};
}
