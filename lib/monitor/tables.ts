import type {RootOperationNode} from 'kysely';

/** A table, as Kysely names it in its tree. */
interface TableNode {
	readonly kind: 'TableNode';
	readonly table: {readonly schema?: {readonly name: string}; readonly identifier: {readonly name: string}};
}

/** Values are data, whatever they look like; a reference to a column has the name that its table has in this statement. */
const leaves = new Set(['ValueNode', 'PrimitiveValueListNode', 'ReferenceNode']);

interface Found {
	readonly tables: Set<string>;
	/** Names that `with` gives to parts of the statement. */
	readonly parts: Set<string>;
}

function collect(node: unknown, found: Found): void {
	if (Array.isArray(node)) {
		for (const item of node) {
			collect(item, found);
		}
	} else if (typeof node === 'object' && node !== null) {
		visit(node, found);
	}
}

function visit(node: {readonly kind?: string}, found: Found): void {
	if (node.kind !== undefined && leaves.has(node.kind)) {
		return;
	}

	if (node.kind === 'CommonTableExpressionNameNode') {
		found.parts.add((node as unknown as {table: TableNode}).table.table.identifier.name);
		return;
	}

	if (node.kind === 'TableNode') {
		const {schema, identifier} = (node as TableNode).table;
		found.tables.add(schema ? `${schema.name}.${identifier.name}` : identifier.name);
	}

	collect(Object.values(node), found);
}

/** The tables in Kysely's tree of a statement, in the order in which they stand there; those that `with` makes are none. */
export function tablesOf(tree: RootOperationNode): string[] {
	const found: Found = {tables: new Set(), parts: new Set()};
	collect(tree, found);
	return [...found.tables].filter(table => !found.parts.has(table));
}
