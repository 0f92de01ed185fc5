import {readFileSync} from 'node:fs';

/** A block of code in a page of the documentation. */
export interface DocBlock {
	/** Where it stands, such as `docs/roles.md:12`. */
	readonly place: string;
	readonly language: string;
	readonly code: string;
	/** The file that it is: its first line, or the comment in front of it, says so. */
	readonly file: string | undefined;
	/** What is checked of it: a file runs, a part only compiles, and what cannot run has a reason in the page's source, for itself or for the rest of the page. */
	readonly kind: 'file' | 'types only' | 'not run' | 'unknown';
}

const languages = new Set(['ts', 'js', 'mjs', 'sql']);
const fence = /(?:^<!-- (file|types only|not run): ([^\n]*?) -->\n\n?)?^```(\w+)\n(.*?)^```$/gms;
const firstLine = /^(?:\/\/|--) ((?:[\w-]+\/)*[\w.-]+\.(?:ts|mjs|js|sql))(?:\n|:)/;

/** The blocks of a page in the languages that can be tried. */
export function readBlocks(root: URL, page: string): DocBlock[] {
	const text = readFileSync(new URL(page, root), 'utf8');
	const rest = text.search(/^<!-- not run from here: [^\n]+ -->$/m);
	return [...text.matchAll(fence)].filter(([, , , language]) => languages.has(language!)).map(match => {
		const [whole, mark, note, language, code] = match as unknown as [string, DocBlock['kind'] | undefined, string, string, string];
		const line = text.slice(0, match.index + whole.indexOf('```')).split('\n').length;
		const isPassedOver = rest !== -1 && match.index > rest;
		const file = mark === 'file' ? note : mark || isPassedOver ? undefined : firstLine.exec(code)?.[1];
		return {place: `${page}:${line}`, language, code, file, kind: file ? 'file' : mark ?? (isPassedOver ? 'not run' : 'unknown')};
	});
}

/** Imports that a block leaves out, so that a page need not repeat them: `names` says which module has what. */
export function withImports(code: string, names: ReadonlyMap<string, string>): string {
	const plain = code.replaceAll(/\/\/.*|'[^'\n]*'/g, '');
	const missing = [...names].filter(([name]) => new RegExp(String.raw`(?<![.\w])${name}\b(?!\s*:)`).test(plain)
		&& !new RegExp(String.raw`\b(?:import\b[^;]*|const|let|function|class|interface|type)\s[^;=(]*\b${name}\b`).test(plain));
	return missing.map(([name, from]) => name === 'test' || name === 'pg' ? `import ${name} from '${from}';\n` : `import ${/^[A-Z]/.test(name) && from.endsWith('tdd-env.js') ? 'type ' : ''}{${name}} from '${from}';\n`).join('') + code;
}
