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
	/** Hosts of managed database services whose server is there for tests only, such as `'db.abc.supabase.co'`. Default none: they are refused. */
	readonly allowServers?: readonly string[];
	/** What becomes of connections that code in a test opens by DATABASE_URL or PG* variables: an error, or what they say. Default `'refuse'`. */
	readonly strayConnections?: 'refuse' | 'allow';
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
	/** What is measured of tests: all of it, or nothing. Default `'on'`. */
	readonly monitor?: 'on' | 'off';
	/** What a test may take, in ms, for all or by fixture: `{default: 100, tddParallelSafe: 250}`. Over it, a test is told. Default 100. */
	readonly budgetMs?: number | Readonly<Record<string, number>>;
	/** How many statements a test may send; one that sends more fails. Default: as many as it wants. */
	readonly maxQueries?: number;
	/** What happens when a test sends the same statement from the same place twice or more. Default `'warn'`. */
	readonly repeatedStatements?: 'warn' | 'fail' | 'off';
	/** Parts of statements, file names or function names: what has one of them in its text or stack may be repeated. Default none. */
	readonly allowedRepeats?: readonly string[];
	/** A statement that takes longer, in ms, is explained at the end of its test. Default 50. */
	readonly slowMs?: number;
	/** What happens to tests when no server can be had. Default `'fail'`. */
	readonly onUnavailable?: 'fail' | 'skip';
	/** Further inputs of the fingerprint: files, or texts such as a version. Default none. */
	readonly fingerprint?: readonly string[];
	/** Where the performance history is kept. Default `'tests/performance_history.json'`. */
	readonly historyFile?: string;
	/**
	 * What is reported after a run: `'summary'` on the terminal, files as `'json'`, `'junit'`, `'html'`, `'trace'` or `'json=out/run.json'`,
	 * or `'none'`. In GitHub Actions, annotations and a job summary are written besides. Default `'summary'`.
	 */
	readonly report?: string | readonly string[];
}

/** The options as resolved for one project: nothing is missing, paths are absolute. */
export interface HarnessConfig {
	readonly projectDir: string;
	readonly schemas: readonly SchemaSource[];
	readonly seeds: string;
	readonly server: string;
	readonly allowServers: readonly string[];
	readonly strayConnections: 'refuse' | 'allow';
	readonly image: string;
	readonly binaries: string | undefined;
	readonly workers: number;
	readonly lanes: number;
	readonly role: string | undefined;
	readonly shuffle: number | undefined;
	readonly lingerMs: number;
	readonly monitor: 'on' | 'off';
	/** By fixture; `default` for those that are not named. */
	readonly budgetMs: Readonly<Record<string, number>> & {readonly default: number};
	readonly maxQueries: number | undefined;
	readonly repeatedStatements: 'warn' | 'fail' | 'off';
	readonly allowedRepeats: readonly string[];
	readonly slowMs: number;
	readonly onUnavailable: 'fail' | 'skip';
	readonly fingerprint: readonly string[];
	readonly historyFile: string;
	/** Empty for none. */
	readonly report: readonly string[];
}
