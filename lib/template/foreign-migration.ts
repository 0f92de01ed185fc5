/** A tool whose migrations are modules with an `up`, as Kysely's are, but one that is given something else than a Kysely. */
export interface ForeignTool {
	readonly name: string;
	/** What applies them, from the project's folder. */
	readonly command: string;
	/** Names of its configuration, which the schema depends on. */
	readonly configurations: readonly string[];
}

interface KnownTool extends ForeignTool {
	/** How its name is imported, or how its parameter is called in what the tool itself writes. */
	readonly mark: RegExp;
}

const upWith = (parameter: string): RegExp => new RegExp(String.raw`\b(?:from|require\(|import\()\s*['"]${parameter === 'pgm' ? 'node-pg-migrate' : parameter}['"]|\bup\b\s*(?:[:=]\s*)?(?:async\b\s*)?(?:function\b\s*\w*\s*)?\(?\s*${parameter}\b`);

const tools: readonly KnownTool[] = [
	{name: 'Knex', command: 'npx knex migrate:latest', configurations: ['js', 'ts', 'mjs', 'cjs'].map(ending => `knexfile.${ending}`), mark: upWith('knex')},
	{name: 'node-pg-migrate', command: 'npx node-pg-migrate up', configurations: [], mark: upWith('pgm')},
];

/** Finds out by the text of a migration whose it is; undefined for those of Kysely, and where nothing tells. */
export function foreignToolOf(text: string): ForeignTool | undefined {
	return /\bfrom\s+['"]kysely['"]/.test(text) ? undefined : tools.find(({mark}) => mark.test(text));
}
