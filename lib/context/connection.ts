/** Plain SQL on the connection of a test: `$1` parameters, snake_case columns, values as `pg` parses them. */
export interface ContextConnection {
	/** Runs a statement and returns how many rows it changed or returned. */
	execute(text: string, values?: readonly unknown[]): Promise<number>;
	/** The first column of the first row; undefined when there is no row. */
	fetchValue<T = any>(text: string, values?: readonly unknown[]): Promise<T>;
	/** The first row; undefined when there is none. */
	fetchRow<T = Record<string, any>>(text: string, values?: readonly unknown[]): Promise<T | undefined>;
	/** All rows, as objects by column. */
	fetchRows<T = Record<string, any>>(text: string, values?: readonly unknown[]): Promise<T[]>;
}

/** Runs one statement and returns its last result. */
export type RunStatement = (text: string, values?: readonly unknown[]) => Promise<{readonly rowCount: number | null; readonly rows: Array<Record<string, unknown>>}>;

/** Plain SQL through whatever runs statements in a context. */
export function createConnection(run: RunStatement): ContextConnection {
	const rows = async (text: string, values?: readonly unknown[]): Promise<Array<Record<string, unknown>>> => (await run(text, values)).rows;
	return {
		execute: async (text, values) => (await run(text, values)).rowCount ?? 0,
		fetchValue: async (text, values) => Object.values((await rows(text, values))[0] ?? {})[0] as never,
		fetchRow: async (text, values) => (await rows(text, values))[0] as never,
		fetchRows: async (text, values) => await rows(text, values) as never,
	};
}
