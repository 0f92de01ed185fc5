import {parseArgs} from 'node:util';

/** The kinds of server that the bench starts by itself. */
export type BenchServer = 'embedded' | 'container';

/** What the README's tables and the plots are made of. */
export const latestResults = 'bench/results/latest.json';

/** What `npm run bench -- ...` was asked for. */
export interface BenchOptions {
	/** Names of lines, or beginnings of them; empty for all. */
	readonly only: readonly string[];
	/** Nothing for every kind that this machine has. */
	readonly server: BenchServer | undefined;
	/** How many rounds each figure that takes seconds is the median of. */
	readonly runs: number;
	/** Where the results go as JSON, in place of what these lines said there before; nothing for a run of a few lines only. */
	readonly json: string | undefined;
	/** Everything once and tiny: whether it works, not how fast it is. */
	readonly isSmoke: boolean;
	readonly isHelp: boolean;
}

const help = `Measures the harness against its floors and peers. All ratios are of figures measured in turn, in this one run.

  npm run bench [-- options]

  --only <name>      only lines whose name begins so; can be given several times
  --server <kind>    embedded or container; default: both, as far as they are there
  --runs <n>         rounds for what takes seconds (default 5)
  --keep             put the results into bench/results/latest.json, line by line in place of the older ones, as a run of all lines does
  --json <file>      put them into another file
  --smoke            everything once and tiny, to see that it works; the figures mean nothing
  --help             this text

  CHINOOK_SQL        the path of Chinook_PostgreSql.sql, on which the suites run

Lines:
`;

/** The text of `--help`. */
export function helpText(lines: ReadonlyArray<{readonly name: string; readonly about: string; readonly isLong?: boolean}>): string {
	return help + lines.map(({name, about, isLong = false}) => `  ${name.padEnd(18)} ${about}${isLong ? ' (only when named)' : ''}\n`).join('');
}

function toServer(text: string | undefined): BenchServer | undefined {
	if (text === undefined || text === 'embedded' || text === 'container') {
		return text;
	}

	throw new TypeError(`--server is embedded or container, not '${text}'`);
}

function toRuns(text: string): number {
	const runs = Number(text);
	if (Number.isInteger(runs) && runs > 0) {
		return runs;
	}

	throw new TypeError(`--runs is a whole number from 1, not '${text}'`);
}

/** Reads the command line. */
export function readOptions(args: readonly string[]): BenchOptions {
	const {values} = parseArgs({
		args: [...args],
		options: {
			only: {type: 'string', multiple: true, default: []},
			server: {type: 'string'},
			runs: {type: 'string', default: '5'},
			json: {type: 'string'},
			keep: {type: 'boolean', default: false},
			smoke: {type: 'boolean', default: false},
			help: {type: 'boolean', default: false},
		},
	});
	const only = values.only.flatMap(text => text.split(','));
	const isWhole = only.length === 0 && values.server === undefined && !values.smoke;
	const defaultFile = isWhole || values.keep ? latestResults : undefined;
	return {only, server: toServer(values.server), runs: values.smoke ? 1 : toRuns(values.runs), json: values.json ?? defaultFile, isSmoke: values.smoke, isHelp: values.help};
}
