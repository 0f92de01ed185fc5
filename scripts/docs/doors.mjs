// What each door of the package exports, read by TypeDoc from the declarations that are published.
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {Application, Converter, LogLevel, ReflectionKind} from 'typedoc';
import ts from 'typescript';

const {Reference, Interface, Class, TypeAlias, Function: Func, Variable} = ReflectionKind;

/** The doors by the name that one imports, and the file of declarations of each. */
function listDoors(root) {
	const {name, exports} = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
	return Object.entries(exports).filter(([, to]) => to.types !== undefined).map(([door, {types}]) => ({door: path.posix.join(name, door), file: path.join(root, types)}));
}

async function convert(root, files) {
	const app = await Application.bootstrapWithPlugins({
		entryPoints: files, tsconfig: path.join(import.meta.dirname, 'tsconfig.json'), plugin: [fileURLToPath(import.meta.resolve('typedoc-plugin-missing-exports'))], logLevel: LogLevel.Error, skipErrorChecking: true,
		excludeExternals: true, excludePrivate: true, disableSources: true, sort: ['source-order'], readme: 'none', gitRevision: 'main', validation: false,
		basePath: root,
	});
	let symbols;
	app.converter.on(Converter.EVENT_END, context => {
		symbols = context;
	});
	const project = await app.convert();
	if (!project) {
		throw new Error('TypeDoc cannot read the declarations in build/: node scripts/build.mjs');
	}

	return {project, symbols};
}

const printer = ts.createPrinter({removeComments: true, newLine: ts.NewLineKind.LineFeed});

/** The declaration as it is published, without comments and bodies: what a reader has in the editor. */
function signature(declaration) {
	const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
	const text = printer.printNode(ts.EmitHint.Unspecified, statement, statement.getSourceFile());
	return text.replace(/^export (?:declare )?/, '').replaceAll(/^( {4})+/gm, indent => '\t'.repeat(indent.length / 4));
}

const commentOf = reflection => reflection.comment ?? reflection.signatures?.[0]?.comment ?? reflection.getSignature?.comment;

function memberType(declaration) {
	if (!declaration) {
		return '';
	}

	if (ts.isMethodSignature(declaration) || ts.isMethodDeclaration(declaration)) {
		const {typeParameters, parameters, type} = declaration;
		const generic = typeParameters ? `<${typeParameters.map(node => node.getText()).join(', ')}>` : '';
		return `${generic}(${parameters.map(node => node.getText()).join(', ')}) => ${type?.getText() ?? 'void'}`;
	}

	return declaration.type?.getText() ?? '';
}

/** A property or method, with its docblock. */
function toMember(symbols, reflection) {
	const [declaration] = symbols.getSymbolFromReflection(reflection)?.declarations ?? [];
	return {
		name: reflection.name, isOptional: Boolean(declaration?.questionToken), comment: commentOf(reflection), parentName: reflection.parent?.name,
		type: memberType(declaration).replaceAll(/\/\*[^]*?\*\//g, '').replaceAll(/\s+/g, ' '), isInherited: Boolean(reflection.inheritedFrom ?? reflection.signatures?.[0]?.inheritedFrom),
	};
}

function membersOf(symbols, reflection) {
	const holder = reflection.children ? reflection : reflection.type?.type === 'reflection' ? reflection.type.declaration : undefined;
	return (holder?.children ?? []).filter(({name, flags}) => !flags.isPrivate && !/^[#[]/.test(name) && name !== 'constructor').map(child => toMember(symbols, child)).filter(({isInherited}) => !isInherited);
}

function toExport(symbols, reflection) {
	const declarations = symbols.getSymbolFromReflection(reflection)?.declarations ?? [];
	const declaration = declarations.find(node => !ts.isExportSpecifier(node)) ?? declarations[0];
	const file = path.relative(process.cwd(), declaration.getSourceFile().fileName);
	const isShape = reflection.kindOf([Interface, Class]);
	return {
		name: reflection.name, file, reflection, comment: commentOf(reflection), isShape,
		isType: reflection.kindOf([Interface, TypeAlias]), isClass: reflection.kindOf(Class), isValue: reflection.kindOf([Func, Variable, Class]),
		signature: isShape ? signature(declaration).split('{')[0].trim() : signature(declaration),
		parameters: (reflection.signatures?.[0]?.parameters ?? []).map(({name, comment}) => ({name, comment})).filter(({comment}) => comment !== undefined),
		members: reflection.kindOf(Variable) ? [] : membersOf(symbols, reflection),
	};
}

/** Of types that cannot be imported, those that a reader meets: in a signature, or in a member of what is shown already. */
function meetable(own, named) {
	const met = new Set();
	const wordsOf = entries => new Set(entries.flatMap(({signature, members}) => [signature, ...members.map(({type}) => type)]).join(' ').match(/\w+/g));
	for (let shown = own; shown.length > 0;) {
		const words = wordsOf(shown);
		shown = named.filter(entry => !met.has(entry) && words.has(entry.name));
		shown.forEach(entry => met.add(entry));
	}

	return named.filter(entry => met.has(entry));
}

/**
 * Each door with its own exports, those that an earlier door has too, and the types that are named but cannot be imported.
 * What several doors export belongs to the first of them.
 */
export async function readDoors(root) {
	const list = listDoors(root);
	const {project, symbols} = await convert(root, list.map(({file}) => file));
	const home = new Map();
	// TypeDoc names a module after its file; an index has the name of its folder.
	const fileOf = ({name}) => [name, `${name}/index`].map(text => path.join(root, 'build', `${text.replace(/^build\/?/, '')}.d.ts`));
	const modules = list.map(({file}) => project.children.find(child => fileOf(child).includes(file)));
	if (modules.includes(undefined)) {
		throw new Error(`TypeDoc shows no module for ${list[modules.indexOf(undefined)].door}, only ${project.children.map(({name}) => name).join(', ')}`);
	}

	return list.map(({door}, index) => {
		const children = (modules[index].children ?? []).map(child => ({name: child.name, target: child.kindOf(Reference) ? child.getTargetReflectionDeep() : child}));
		const [own, shared] = [[], []];
		for (const {name, target} of children.filter(({name}) => name !== '<internal>' && name !== 'default')) {
			const exported = {...toExport(symbols, target), name};
			const key = `${exported.file}#${name}`;
			(home.has(key) ? shared : own).push(home.get(key) ?? exported);
			home.set(key, home.get(key) ?? exported);
		}

		const fallback = children.find(({name}) => name === 'default');
		const internal = modules[index].children?.find(({name}) => name === '<internal>');
		return {
			door, own: fallback ? [...own, toExport(symbols, fallback.target)] : own, shared,
			named: meetable(own, (internal?.children ?? []).filter(child => !child.kindOf(Reference)).map(child => toExport(symbols, child))),
		};
	});
}
