import {parseSync} from 'libpg-query';

type Node = Readonly<Record<string, unknown>>;

/** How libpg-query names a table where a statement uses one. */
interface RangeVar {
	readonly relname: string;
	readonly schemaname?: string;
}

function* nodesOf(value: unknown): Generator<Node> {
	if (typeof value !== 'object' || value === null) {
		return;
	}

	if (!Array.isArray(value)) {
		yield value as Node;
	}

	for (const child of Object.values(value)) {
		yield* nodesOf(child);
	}
}

/**
 * The tables that a statement names, sorted, as `users` or `audit.entries`: every RangeVar of PostgreSQL's own tree but the names of
 * common table expressions. libpg-query has to be loaded. Throws where PostgreSQL cannot parse.
 */
export function tablesOf(text: string): string[] {
	const nodes = [...nodesOf(parseSync(text))];
	const expressions = new Set(nodes.map(({ctename}) => ctename));
	const tables = nodes
		.filter((node): node is Node & RangeVar => typeof node.relname === 'string' && !(node.schemaname === undefined && expressions.has(node.relname)))
		.map(({relname, schemaname}) => schemaname === undefined ? relname : `${schemaname}.${relname}`);
	return [...new Set(tables)].toSorted();
}
