import {readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {is, type AstNode} from '../source/ast.ts';
import {Bindings, type Imported} from './bindings.ts';
import {creationOf, isOwnDatabase, isPostgres, type Creation} from './clients.ts';
import {readSource} from './read-source.ts';

/** What the extension of an import may stand for: TypeScript's files are imported by the names of what they become. */
const extensions: Readonly<Record<string, readonly string[]>> = {
	'.js': ['.js', '.ts', '.tsx'], '.mjs': ['.mjs', '.mts'], '.cjs': ['.cjs', '.cts'], '.ts': ['.ts'], '.mts': ['.mts'], '.cts': ['.cts'], '.tsx': ['.tsx'],
};

/** The client that a module of the project makes and exports under that name, where it is certain: `export const db = new Kysely(...)`. */
export function exportedClient({source, name}: Imported, importer: string): Creation | undefined {
	return exportedClients(source, importer).get(name);
}

/** All clients that a module of the project makes and exports, by the names of the exports. */
export function exportedClients(source: string, importer: string): ReadonlyMap<string, Creation> {
	const file = source.startsWith('.') ? resolve(path.resolve(path.dirname(importer), source)) : undefined;
	const text = file === undefined ? '' : readFileSync(file, 'utf8');
	// Reading a module takes some milliseconds, looking for the packages that make clients nothing.
	if (file === undefined || !/kysely|pg|postgres|knex|drizzle/.test(text)) {
		return new Map();
	}

	const {program, scopes, error} = readSource(file, text);
	const bindings = new Bindings(scopes);
	return new Map((error ? [] : program.body).flatMap(statement => exportsOf(statement)).flatMap(([name, value]) => {
		const creation = creationOf(bindings.value(value), bindings);
		const isOwn = creation?.kind === 'client' && isPostgres(creation, bindings) && creation.node.arguments.every(argument => isOwnDatabase(argument, bindings));
		return isOwn ? [[name, creation] as const] : [];
	}));
}

/** What a statement exports, and the value of it. */
function exportsOf(statement: AstNode): Array<readonly [name: string, value: AstNode]> {
	if (statement.type === 'ExportDefaultDeclaration') {
		return [['default', (statement as AstNode & {readonly declaration: AstNode}).declaration]];
	}

	const declaration = is(statement, 'ExportNamedDeclaration') ? statement.declaration : undefined;
	const declarators = is(declaration, 'VariableDeclaration') ? declaration.declarations.filter(one => is(one, 'VariableDeclarator')) : [];
	return declarators.flatMap(({id, init}) => is(id, 'Identifier') && init ? [[id.name, init] as const] : []);
}

function resolve(target: string): string | undefined {
	const extension = path.extname(target);
	const stem = target.slice(0, target.length - extension.length);
	const candidates = extensions[extension]?.map(one => stem + one) ?? ['.ts', '.js', '/index.ts', '/index.js'].map(one => target + one);
	return candidates.find(candidate => statSync(candidate, {throwIfNoEntry: false})?.isFile());
}
