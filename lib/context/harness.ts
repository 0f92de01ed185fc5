import {loadConfig} from '../config/load.ts';
import type {HarnessOptions} from '../config/options.ts';
import {findProject} from '../config/project.ts';
import type {RegisteredDatabase, RegisteredSeeds} from '../seed/register.ts';
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
	readonly context: TestContext;
	readonly data: {readonly [Name in Pack]: RegisteredSeeds[Name]};
	readonly models: Models<RegisteredDatabase>;
}

/** The harness without a test runner: a server of its own, and contexts on it. */
export interface Harness extends AsyncDisposable {
	/** Opens a rollback context; it waits while another one of the same kind is open, unless the option `lanes` is raised. */
	testContext(options?: RollbackOptions): Promise<Disposable<TestContext & {readonly df: Dataflow<RegisteredDatabase>}>>;
	/** Opens a rollback context on a database that holds the rows of seed packs. */
	seededData<const Packs extends readonly PackName[]>(...packs: Packs): Promise<Disposable<SeededData<Packs[number]>>>;
	/** Gives the server back. */
	close(): Promise<void>;
}

async function openOn(session: Session, packs: readonly string[], options: RollbackOptions): Promise<{open: OpenContext; close: () => Promise<void>}> {
	const opened = Promise.withResolvers<OpenContext>();
	const done = Promise.withResolvers<void>();
	session.withLane(session.combination(packs), async lane => {
		opened.resolve(openRollbackContext(lane, options));
		await opened.promise;
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
			const {open, close: closeContext} = await openOn(session, [], contextOptions);
			const df = createDataflow<RegisteredDatabase>({db: open.context.db, tables: open.record.tables});
			return disposable({...open.context, df}, closeContext);
		},
		async seededData(...packs) {
			const {open, close: closeContext} = await openOn(session, packs, {});
			const {context, record, seedResult} = open;
			const data = Object.fromEntries(packs.map(pack => [pack, seedResult(pack)]));
			const models = createModels<RegisteredDatabase>({db: context.db, tables: record.tables});
			return disposable({...context, context, data, models}, closeContext) as never;
		},
		close,
		[Symbol.asyncDispose]: close,
	};
}
