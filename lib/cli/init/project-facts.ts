import {existsSync, readFileSync, readdirSync} from 'node:fs';
import {findPackageJSON} from 'node:module';
import path from 'node:path';
import {CliError} from '../../errors.ts';
import type {ProjectFacts} from './files.ts';

/** What init reads of package.json. */
export interface PackageJson {
	readonly type?: string;
	readonly ava?: unknown;
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
export function findFacts(projectDir: string, {ava, dependencies, devDependencies}: PackageJson): ProjectFacts {
	const has = (name: string): boolean => existsSync(path.join(projectDir, name));
	const installed = {...dependencies, ...devDependencies};
	const lock = Object.keys(installs).find(name => has(name)) as keyof typeof installs | undefined;
	return {
		isTypeScript: 'typescript' in installed || has('tsconfig.json'),
		hasSchemas: isFilled(path.join(projectDir, 'schemas')),
		hasAvaConfig: ava !== undefined || ['js', 'mjs', 'cjs'].some(ending => has(`ava.config.${ending}`)),
		install: lock ? installs[lock] : 'npm install',
	};
}

function isFilled(folder: string): boolean {
	try {
		return readdirSync(folder).length > 0;
	} catch {
		return false;
	}
}

/** What tests import; the harness brings the rest. */
const needed = ['dataflow-tdd', 'ava', 'kysely'];

/** True if the packages can be imported, so that what init has written can be run. */
export function areInstalled(projectDir: string, packages: readonly string[] = needed): boolean {
	return packages.every(name => {
		try {
			return findPackageJSON(name, path.join(projectDir, 'package.json')) !== undefined;
		} catch {
			return false;
		}
	});
}

/** The packages that a project still has to add. */
export function missingPackages({dependencies, devDependencies}: PackageJson): string[] {
	const installed = {...dependencies, ...devDependencies};
	return needed.filter(name => !(name in installed));
}
