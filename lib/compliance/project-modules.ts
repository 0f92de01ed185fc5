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
	const file = source.startsWith('.') ? resolve(path.resolve(path.dirname(importer), source)) : undefined;
	const text = file === undefined ? '' : readFileSync(file, 'utf8');
	// Reading a module takes some milliseconds, looking for the packages that make clients nothing.
	if (file === undefined || !/kysely|pg|postgres|knex|drizzle/.test(text)) {
		return undefined;
	}

	const {program, scopes, error} = readSource(file, text);
	const bindings = new Bindings(scopes);
	const value = error ? undefined : program.body.map(statement => exportedValue(statement, name)).find(Boolean);
	const creation = value && creationOf(bindings.value(value), bindings);
	const isOwn = creation?.kind === 'client' && isPostgres(creation, bindings) && creation.node.arguments.every(argument => isOwnDatabase(argument, bindings));
	return isOwn ? creation : undefined;
}

function exportedValue(statement: AstNode, name: string): AstNode | undefined {
	if (name === 'default') {
		return statement.type === 'ExportDefaultDeclaration' ? (statement as AstNode & {readonly declaration: AstNode}).declaration : undefined;
	}

	const declaration = is(statement, 'ExportNamedDeclaration') ? statement.declaration : undefined;
	const declarators = is(declaration, 'VariableDeclaration') ? declaration.declarations.filter(one => is(one, 'VariableDeclarator')) : [];
	return declarators.find(({id}) => is(id, 'Identifier') && id.name === name)?.init ?? undefined;
}

function resolve(target: string): string | undefined {
	const extension = path.extname(target);
	const stem = target.slice(0, target.length - extension.length);
	const candidates = extensions[extension]?.map(one => stem + one) ?? ['.ts', '.js', '/index.ts', '/index.js'].map(one => target + one);
	return candidates.find(candidate => statSync(candidate, {throwIfNoEntry: false})?.isFile());
}
