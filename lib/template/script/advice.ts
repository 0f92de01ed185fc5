/** The second and the third sentence of an error. */
export interface Advice {
	readonly why: string;
	readonly fix: string;
}

interface Rule extends Advice {
	/** The SQLSTATEs that it is about. */
	readonly codes: RegExp;
	/** What the message says, where the code alone says too little. */
	readonly message?: RegExp;
	/** What the statement holds. */
	readonly sql?: RegExp;
}

const later = 'Files run in path order, so what a statement needs must stand earlier in its file, or in a file whose path sorts earlier.';

/** The first rule that fits is taken. */
const rules: readonly Rule[] = [
	{
		codes: /^42704$/, message: /^role /,
		why: 'Roles belong to a server, not to a database, so a dump names roles that a fresh server does not have.',
		fix: 'Make the dump with `pg_dump --no-owner --no-privileges`, or create the role in a file whose path sorts earlier.',
	},
	{
		codes: /^(?:0A000|58P01|22023|42704)$/, message: /extension .* (?:is not available|has no installation script)|extension control file/,
		why: 'This server does not bring that extension along.',
		fix: 'Choose an image that has it with the option `image` (such as `postgis/postgis:17-3.5`), or leave the extension out.',
	},
	{
		codes: /^42704$/, message: /unrecognized configuration parameter/,
		why: 'The dump was made by a newer pg_dump than the server that reads it.',
		fix: 'Use a server at least as new as the pg_dump, with the option `image`, or remove the SET line.',
	},
	{
		codes: /^(?:42P01|42704|42883|3F000|42703)$/,
		why: later,
		fix: 'Rename the files so that they sort in the order in which they are needed, such as `001-users.sql`, `002-orders.sql`.',
	},
	{
		codes: /^(?:42P07|42710|42P06|42723|42701|42P16)$/,
		why: 'An earlier file or statement has made it already, for example when a dump and the migrations that led to it lie side by side.',
		fix: 'Keep one of the two, or write `IF NOT EXISTS`.',
	},
	{
		codes: /^42601$/, sql: /(?<![:\w]):(?:'\w|"\w|[a-z_])/i,
		why: 'A variable of psql, such as `:name`, means nothing to PostgreSQL.',
		fix: 'Write the value itself in its place.',
	},
	{
		codes: /^42601$/,
		why: 'A word is misspelt there, a semicolon, a comma or a quote is missing shortly before, or the server is older than the syntax.',
		fix: 'Mend the statement at the place that is marked.',
	},
	{
		codes: /^(?:25001|55P04)$/,
		why: 'The file opened a transaction with BEGIN; the harness adds none.',
		fix: 'COMMIT before this statement, or remove the BEGIN.',
	},
	{
		codes: /^23/,
		why: 'Rows of the schema files contradict a constraint of theirs.',
		fix: 'Mend the rows, or add the constraint behind them as pg_dump does.',
	},
	{
		codes: /^22/,
		why: 'A value does not fit the type of its column.',
		fix: 'Mend the value at the place that is marked.',
	},
	{
		codes: /^42501$/,
		why: 'The user of the harness may not do this on this server.',
		fix: 'Let the server\'s administrator grant it, or use a server that the harness starts itself.',
	},
	{
		codes: /^(?:08|57P|$)/,
		why: 'The connection to the server was lost while the statement ran.',
		fix: 'See the log of the server, then run it again.',
	},
];

const general: Advice = {
	why: 'PostgreSQL refused the statement.',
	fix: 'Run the file with `psql -v ON_ERROR_STOP=1 -f` against an empty database to see the same.',
};

/** Says why a schema file's statement fails with this error, most likely, and what to do about it. */
export function adviceFor({code = '', message}: {readonly code?: string; readonly message: string}, sql: string): Advice {
	const fits = (rule: Rule) => rule.codes.test(code) && (rule.message?.test(message) ?? true) && (rule.sql?.test(sql) ?? true);
	const {why, fix} = rules.find(rule => fits(rule)) ?? general;
	return {why, fix};
}
