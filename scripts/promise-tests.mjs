// Reads from the test files which promises they prove: titles such as `G05 R: a commit fails the test`.
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {parse} from 'acorn';
import {transformSync} from 'esbuild';
import {globSync} from 'tinyglobby';

const root = path.dirname(import.meta.dirname);

/** `G05 R: ` is about rollback contexts, `G05 C: ` about clones, `G05 RC: ` about both, `G05: ` about what both stand on; `G24, G25: ` proves two promises. */
const titlePattern = /^(G\d\d(?:, G\d\d)*)(?: (RC?|C))?: ./;
/** Tests in these folders are about contexts, so that their titles have to say which. */
const modeFolders = /^tests\/(?:context|runner|examples)\//;

/** Calls `visit` for every node of a syntax tree. */
function walk(node, visit) {
	if (Array.isArray(node)) {
		for (const item of node) {
			walk(item, visit);
		}
	} else if (node !== null && typeof node === 'object') {
		if (typeof node.type === 'string') {
			visit(node);
		}

		for (const value of Object.values(node)) {
			walk(value, visit);
		}
	}
}

/** The title of a call such as `test(...)` or `test.serial.failing(...)`; what is put into a template is an ellipsis. */
function titleOf({type, callee, arguments: [first]}) {
	let called = type === 'CallExpression' ? callee : undefined;
	const modifiers = [];
	while (called?.type === 'MemberExpression') {
		modifiers.push(called.property.name);
		called = called.object;
	}

	if (called?.name !== 'test' || modifiers.some(name => !['serial', 'failing', 'only'].includes(name))) {
		return undefined;
	}

	return first?.type === 'TemplateLiteral' ? first.quasis.map(({value}) => value.cooked).join('…') : first?.value;
}

/** A title that is the key of a table of tests. */
function titleAsKey({type, key}) {
	return type === 'Property' && titlePattern.test(key.value) ? key.value : undefined;
}

function readFile(file) {
	const titles = [];
	const {code} = transformSync(readFileSync(path.join(root, file), 'utf8'), {loader: 'ts', target: 'esnext'});
	walk(parse(code, {ecmaVersion: 'latest', sourceType: 'module'}).body, node => {
		const title = node.type === 'CallExpression' ? titleOf(node) : titleAsKey(node);
		if (typeof title === 'string' && /\bG\d\d\b/.test(title)) {
			titles.push(title);
		}
	});
	return titles.map(title => {
		const [, ids, mode] = titlePattern.exec(title) ?? [];
		return {file, title, ids: ids?.split(', ') ?? [], mode, isClear: ids !== undefined && (mode !== undefined || !modeFolders.test(file))};
	});
}

/** All tests whose titles name promises: `{file, title, ids, mode: 'R' | 'C' | 'RC' | undefined, isClear}`. */
export function readPromiseTests() {
	const files = globSync(['tests/**/*.test.ts'], {cwd: root, ignore: ['tests/**/fixtures/**']}).toSorted();
	return files.flatMap(file => readFile(file));
}

/**
 * The files that prove the promises which a command line asks for: `--match='*G05*'`.
 * @returns nothing when it asks for none
 */
export function filesForMatch(args) {
	const asked = new Set(args.flatMap((argument, index) =>
		/^--match=|^-m./.test(argument) || ['--match', '-m'].includes(args[index - 1]) ? argument.match(/\bG\d\d\b/g) ?? [] : []));
	const files = readPromiseTests().filter(({ids}) => ids.some(id => asked.has(id))).map(({file}) => file);
	return files.length > 0 ? [...new Set(files)] : undefined;
}
