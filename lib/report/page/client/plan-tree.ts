/** A node of EXPLAIN (FORMAT JSON), as PostgreSQL writes it. */
export type PlanNode = Readonly<Record<string, unknown>>;

/** A line of a plan: one node, its depth, and what it cost. */
export interface PlanLine {
	readonly depth: number;
	/** Such as `Index Scan using users_pkey on users u`. */
	readonly title: string;
	/** Conditions, keys, filters. */
	readonly notes: readonly string[];
	/** Over all loops, children included, in ms; undefined in a plan that was not run. */
	readonly totalMs?: number;
	/** The same without children. */
	readonly selfMs?: number;
	/** For each loop. */
	readonly rows?: number;
	readonly estimatedRows?: number;
	readonly loops?: number;
	/** PostgreSQL's own measure. */
	readonly cost?: number;
	/** Blocks, hit and read, children included. */
	readonly buffers?: {readonly hit: number; readonly read: number};
}

const noted = ['Index Cond', 'Recheck Cond', 'Hash Cond', 'Merge Cond', 'Join Filter', 'Filter', 'Rows Removed by Filter', 'Rows Removed by Join Filter',
	'Sort Key', 'Sort Method', 'Group Key', 'Function Name', 'CTE Name', 'Conflict Resolution', 'Heap Fetches', 'Subplan Name'];

/** Flattens a plan: each node before its children. */
export function planLines(plan: unknown): readonly PlanLine[] {
	const root = (plan as {readonly Plan?: PlanNode} | undefined)?.Plan;
	return root ? linesOf(root, 0) : [];
}

/** What stands beside the tree: planning, execution, triggers. */
export function planFooter(plan: unknown): readonly string[] {
	const {'Planning Time': planning, 'Execution Time': execution, Triggers: triggers} = (plan ?? {}) as PlanNode;
	return [
		...typeof planning === 'number' ? [`planning ${planning.toFixed(2)} ms`] : [],
		...typeof execution === 'number' ? [`execution ${execution.toFixed(2)} ms`] : [],
		...Array.isArray(triggers) ? (triggers as PlanNode[]).map(trigger => `trigger ${text(trigger['Constraint Name'] ?? trigger['Trigger Name'])}: ${text(trigger['Time'])} ms, ${text(trigger['Calls'])} calls`) : [],
	];
}

function linesOf(node: PlanNode, depth: number): PlanLine[] {
	const children = (node['Plans'] ?? []) as readonly PlanNode[];
	const totalMs = timeOf(node);
	const ofChildren = children.reduce((sum, child) => sum + (timeOf(child) ?? 0), 0);
	return [{
		depth, title: titleOf(node), notes: notesOf(node), ...optional('rows', node['Actual Rows']), ...optional('estimatedRows', node['Plan Rows']),
		...optional('loops', node['Actual Loops']), ...optional('cost', node['Total Cost']),
		...totalMs === undefined ? {} : {totalMs, selfMs: Math.max(0, totalMs - ofChildren)}, ...buffersOf(node),
	}, ...children.flatMap(child => linesOf(child, depth + 1))];
}

function timeOf(node: PlanNode): number | undefined {
	const [time, loops] = [node['Actual Total Time'], node['Actual Loops']];
	return typeof time === 'number' && typeof loops === 'number' ? time * loops : undefined;
}

function buffersOf(node: PlanNode): Pick<PlanLine, 'buffers'> {
	const [hit, read] = [node['Shared Hit Blocks'], node['Shared Read Blocks']];
	return typeof hit === 'number' && typeof read === 'number' ? {buffers: {hit, read}} : {};
}

function optional<Key extends string>(key: Key, value: unknown): Readonly<Partial<Record<Key, number>>> {
	return (typeof value === 'number' ? {[key]: value} : {}) as Partial<Record<Key, number>>;
}

function titleOf(node: PlanNode): string {
	const kind = node['Node Type'] === 'ModifyTable' ? text(node['Operation']) : text(node['Node Type']);
	const strategy = node['Node Type'] === 'Aggregate' && node['Strategy'] && node['Strategy'] !== 'Plain' ? `${text(node['Strategy'])} ` : '';
	const join = typeof node['Join Type'] === 'string' && node['Join Type'] !== 'Inner' ? ` (${node['Join Type'].toLowerCase()})` : '';
	const index = node['Index Name'] ? ` using ${text(node['Index Name'])}` : '';
	const relation = node['Relation Name'] ? ` on ${text(node['Relation Name'])}` : '';
	const alias = node['Alias'] && node['Alias'] !== node['Relation Name'] ? ` ${text(node['Alias'])}` : '';
	return `${node['Parallel Aware'] === true ? 'Parallel ' : ''}${strategy}${kind}${join}${index}${relation}${relation ? alias : ''}`;
}

function notesOf(node: PlanNode): readonly string[] {
	return noted.filter(key => node[key] !== undefined && node[key] !== 0).map(key => `${key}: ${text(node[key])}`);
}

function text(value: unknown): string {
	return Array.isArray(value) ? value.map(item => text(item)).join(', ') : typeof value === 'string' ? value : JSON.stringify(value) ?? '';
}
