import type {CompiledQuery} from 'kysely';

/** Aggregates of PostgreSQL that only compute. */
const harmless = new Set(['count', 'sum', 'avg', 'min', 'max']);
/** Parts of a query whose effect cannot be told from their kind. */
const opaque = new Set(['RawNode', 'FunctionNode', 'SelectModifierNode', 'InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode', 'MergeQueryNode']);
const keptTexts = 2000;

/** Whether a query only reads, by its text: the same text was compiled from the same tree. */
const known = new Map<string, boolean>();

function isHarmless(node: unknown): boolean {
	if (Array.isArray(node)) {
		return node.every(item => isHarmless(item));
	}

	if (typeof node !== 'object' || node === null) {
		return true;
	}

	const {kind, func} = node as {kind?: string; func?: string};
	if (kind !== undefined && (opaque.has(kind) || (kind === 'AggregateFunctionNode' && !harmless.has(func ?? '')))) {
		return false;
	}

	// Values are data, whatever they look like.
	return kind === 'ValueNode' || kind === 'PrimitiveValueListNode' || Object.values(node).every(value => isHarmless(value));
}

/**
 * True for a query that surely does nothing but read: built by Kysely of columns, tables, comparisons and plain aggregates. What it
 * cannot be sure of, such as a function, a lock or SQL of the user's own, it takes for writing.
 */
export function onlyReads({sql, query}: CompiledQuery): boolean {
	if (query.kind !== 'SelectQueryNode') {
		return false;
	}

	const before = known.get(sql);
	if (before !== undefined) {
		return before;
	}

	const answer = isHarmless(query);
	if (known.size >= keptTexts) {
		known.clear();
	}

	known.set(sql, answer);
	return answer;
}
