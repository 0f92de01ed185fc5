/** Where DDL comes from: a folder or file of `.sql`, `.ts` and `.js`, or a command of another tool. */
export type SchemaSource = string | CommandSource;

/** A migration tool run as a command; it gets the database as DATABASE_URL. */
export interface CommandSource {
	/** Run by the shell in the project folder, such as `prisma migrate deploy`. */
	readonly command: string;
	/** Files and folders that the command reads: they go into the fingerprint. */
	readonly inputs: readonly string[];
}

/**
 * What a user can set: in `dataflow-tdd.config.{ts,mjs,js}`, under `dataflow-tdd` in package.json, in the second
 * argument of `withTdd`, and as `DATAFLOW_TDD_*` in the environment. Later ones win.
 */
export interface HarnessOptions {
	/** Schema sources, applied in this order; files of a folder in path order. Default `'schemas'`. */
	readonly schemas?: SchemaSource | readonly SchemaSource[];
	/** The folder of seed packs. Default `'seeds'`. */
	readonly seeds?: string;
	/** `'auto'`, `'container'`, `'embedded'`, or the URL of a server for tests. Default `'auto'`. */
	readonly server?: string;
	/** The image of container servers. Default `'postgres:17'`. */
	readonly image?: string;
	/** The folder with `postgres` and `initdb` for embedded servers. Default: the npm package, else what is installed. */
	readonly binaries?: string;
	/** How many servers run at most. Default: AVA's concurrency. */
	readonly workers?: number;
	/** How many tests of one file run at once, each in a database of its own. Default 1. */
	readonly lanes?: number;
	/** The role that tests run as, which the schema has made. Default: the harness's own user, a superuser where it starts the server. */
	readonly role?: string;
	/**
	 * A seed that files, and tests of a file that start together, are put in order by; `'random'` chooses one and prints it.
	 * Default: the order in which they are written.
	 */
	readonly shuffle?: number | 'random';
	/** How long the servers stay after a run, in ms. Default 0 in CI, else 5 minutes. */
	readonly lingerMs?: number;
	/** What a test may take, in ms. Default 100. */
	readonly budgetMs?: number;
	/** What happens to tests when no server can be had. Default `'fail'`. */
	readonly onUnavailable?: 'fail' | 'skip';
	/** Further inputs of the fingerprint: files, or texts such as a version. */
	readonly fingerprint?: readonly string[];
	/** Where the performance history is kept. Default `'tests/performance_history.json'`. */
	readonly historyFile?: string;
	/** What is reported after a run. Default `'summary'`. */
	readonly report?: 'summary' | 'none';
}

/** The options as resolved for one project: nothing is missing, paths are absolute. */
export interface HarnessConfig {
	readonly projectDir: string;
	readonly schemas: readonly SchemaSource[];
	readonly seeds: string;
	readonly server: string;
	readonly image: string;
	readonly binaries: string | undefined;
	readonly workers: number;
	readonly lanes: number;
	readonly role: string | undefined;
	readonly shuffle: number | undefined;
	readonly lingerMs: number;
	readonly budgetMs: number;
	readonly onUnavailable: 'fail' | 'skip';
	readonly fingerprint: readonly string[];
	readonly historyFile: string;
	readonly report: 'summary' | 'none';
}
