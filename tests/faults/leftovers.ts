import {existsSync, readFileSync, readdirSync, readlinkSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {labels} from '#lib/server/container/labels.js';
import {withClient, type ClientOptions} from '#lib/postgres/client.js';
import type {Engine} from './engine.ts';

/** Where a run of its own may have left something. */
export interface Places {
	/** Everything of one project lies below it: cache, sockets, servers, temporary files. */
	readonly base: string;
	readonly engine: Engine | undefined;
	/** True for an engine that nobody else uses: then what is on it is ours. */
	readonly isEngineOurs: boolean;
	readonly external: ClientOptions | undefined;
}

function list(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

function read(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}

function link(file: string): string {
	try {
		return readlinkSync(file);
	} catch {
		return '';
	}
}

/** The processes that name the folder in their command line or environment, or work in it. Zombies have ended. */
export function ourProcesses(base: string): Array<{readonly pid: number; readonly command: string}> {
	return list('/proc').filter(name => /^\d+$/.test(name) && Number(name) !== process.pid).flatMap(name => {
		const folder = `/proc/${name}`;
		const command = read(`${folder}/cmdline`).replaceAll('\0', ' ').trim();
		const isOurs = [command, read(`${folder}/environ`), link(`${folder}/cwd`)].some(text => text.includes(base));
		return isOurs && !/\) Z /.test(read(`${folder}/stat`)) ? [{pid: Number(name), command}] : [];
	});
}

/** The text of all logs of the keepers of a project. */
export function keeperLogs(base: string): string {
	const folder = path.join(base, 'cache', 'logs');
	return list(folder).map(name => read(path.join(folder, name))).join('\n');
}

/** The process ids of all keepers that a project has had. */
export function keeperPids(base: string): Set<string> {
	return new Set([...keeperLogs(base).matchAll(/ keeper [\da-f]{16} \((\d+)\) on /g)].map(([, pid]) => pid!));
}

/** The names of the snapshots that a project's keepers have begun to build. */
export function snapshotNames(base: string): Set<string> {
	return new Set([...keeperLogs(base).matchAll(/ building the snapshot (\S+)/g)].map(([, name]) => name!));
}

interface ListedContainer {
	readonly Id: string;
	readonly State: string;
	readonly Labels: Readonly<Record<string, string>>;
}

/** The containers whose owner is a keeper of the project, in whatever state they are. */
export async function ourContainers({base, engine, isEngineOurs}: Places): Promise<ListedContainer[]> {
	if (!engine) {
		return [];
	}

	const filters = encodeURIComponent(JSON.stringify({label: [`${labels.kind}=server`]}));
	const all = await engine.get<ListedContainer[]>(`/containers/json?all=1&filters=${filters}`);
	const pids = keeperPids(base);
	return all.filter(({Labels}) => isEngineOurs || pids.has(Labels[labels.owner]?.split(':')[1] ?? ''));
}

interface ListedImage {
	readonly Id: string;
	readonly RepoTags: readonly string[] | null;
}

/** Snapshots that no list of snapshots shows: images without a name. Whose they are can be told on an engine of our own only. */
async function namelessImages({engine, isEngineOurs}: Places): Promise<string[]> {
	if (!engine || !isEngineOurs) {
		return [];
	}

	const filters = encodeURIComponent(JSON.stringify({dangling: ['true']}));
	const images = await engine.get<ListedImage[]>(`/images/json?filters=${filters}`);
	return images.map(({Id}) => `the image ${Id.slice(7, 19)} without a name`);
}

/** Folders of servers, folders and files under construction, locks. Complete snapshots, logs and records of use are the cache. */
function leftFiles(base: string): string[] {
	const inside = (folder: string, isLeft: (name: string) => boolean): string[] => list(path.join(base, folder)).filter(name => isLeft(name)).map(name => path.join(folder, name));
	const everything = (): boolean => true;
	const isUnfinished = (name: string): boolean => /\.(?:part|removed|old)$/.test(name);
	return [
		...inside('data', everything), ...inside('cache/servers', everything), ...inside('tmp', everything), ...inside('cache/locks', everything),
		...list(path.join(base, 'run')).flatMap(name => inside(path.join('run', name), everything)),
		...inside('cache/snapshots', name => isUnfinished(name) || !existsSync(path.join(base, 'cache/snapshots', name, 'record.json'))),
		...inside('cache/binaries', isUnfinished), ...inside('cache/wishes', isUnfinished), ...inside('cache', isUnfinished),
		...inside('project/node_modules/.cache/dataflow-tdd', isUnfinished),
	];
}

/** Clones and half-built templates on a server that stays; sealed templates are what the cache is elsewhere, and the marker was there before. */
async function leftDatabases({external}: Places): Promise<string[]> {
	if (!external) {
		return [];
	}

	return withClient({...external, applicationName: 'a census'}, async client => {
		const {rows} = await client.query<{name: string}>(`select datname::text as name from pg_database where datname ~ '^tdd_[^t]' and datname <> 'tdd_marker' order by 1`);
		return rows.map(({name}) => `the database ${name}`);
	});
}

/** Everything that runs or lies about and should not, in words. Empty when all is clean. */
export async function findLeftovers(places: Places): Promise<string[]> {
	const [containers, images, databases] = await Promise.all([ourContainers(places), namelessImages(places), leftDatabases(places)]);
	return [
		...ourProcesses(places.base).map(({pid, command}) => `the process ${pid}: ${command.slice(0, 120)}`),
		...containers.map(({Id, State}) => `the ${State} container ${Id.slice(0, 12)}`),
		...images, ...databases, ...leftFiles(places.base).map(file => `the file ${file}`),
	];
}
