import {readFileSync} from 'node:fs';
// As a whole: a Node that is too old has no findPackageJSON, and is to be refused in the harness's own words.
import nodeModule from 'node:module';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {ConfigError} from '../errors.ts';

/** What the harness itself asks for, as its package.json has it. */
export interface OwnManifest {
	readonly engines: {readonly node: string};
	readonly peerDependencies: Readonly<Record<string, string>>;
	readonly peerDependenciesMeta: Readonly<Record<string, {readonly optional?: boolean} | undefined>>;
}

/** Reads what the harness asks for. */
export function readManifest(): OwnManifest {
	return JSON.parse(readFileSync(path.join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')) as OwnManifest;
}

/** The version of a package as a project has it; undefined where it has none, or none that Node's own search finds. */
export function installedVersion(name: string, projectDir: string): string | undefined {
	try {
		const file = nodeModule.findPackageJSON(name, pathToFileURL(path.join(projectDir, 'package.json')));
		return file && (JSON.parse(readFileSync(file, 'utf8')) as {version?: string}).version;
	} catch {
		return undefined;
	}
}

/** True for a version older than all that a range, as package.json has it, allows. */
export async function isOlder(version: string, range: string): Promise<boolean> {
	const {default: ltr} = await import('semver/ranges/ltr.js');
	return ltr(version, range, {includePrerelease: true});
}

/**
 * Refuses a Kysely that lacks what the harness imports of it, before a worker fails on that in words of its own. npm that runs on an old
 * Node, or with `--force`, installs such a one.
 * @throws {ERR_CONFIG_PEER}
 */
export async function assertPeers(projectDir: string): Promise<void> {
	const version = installedVersion('kysely', projectDir);
	const range = readManifest().peerDependencies.kysely!;
	if (version !== undefined && await isOlder(version, range)) {
		throw new ConfigError('ERR_CONFIG_PEER', {
			what: `This project has Kysely ${version}.`,
			why: `The harness needs ${range}; npm that runs on a Node older than 22 quietly picks an older one.`,
			fix: `Run, with the Node that runs the tests: npm install --save-dev 'kysely@${range}'`,
		});
	}
}
