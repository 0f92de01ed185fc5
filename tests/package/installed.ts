import {execFile, type ExecFileException} from 'node:child_process';
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {outsideOfTests} from '#lib/config/mode.js';

export const root = path.resolve(import.meta.dirname, '../..');

interface Manifest {
	readonly version: string;
	readonly exports: Readonly<Record<string, string | {readonly types: string; readonly default: string}>>;
	readonly devDependencies: Readonly<Record<string, string>>;
	readonly peerDependencies: Readonly<Record<string, string>>;
}

export const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as Manifest;
/** What another package can import, but the manifest itself. */
export const doors = Object.keys(manifest.exports).filter(name => name !== './package.json').map(name => path.posix.join('dataflow-tdd', name));

/** A program that has ended. */
export interface Ended {
	readonly exitCode: number;
	readonly output: string;
}

export interface Where {
	readonly cwd: string;
	/** The folder of the Node that runs it. */
	readonly node?: string;
}

// What an outer npm or AVA tells its own children is none of this project's business; no engine in reach: embedded servers start faster.
function environment(node: string): NodeJS.ProcessEnv {
	const inherited = Object.entries(outsideOfTests(process.env)).filter(([name]) => !/^(npm_|AVA_|NODE_(?!EXTRA_CA_CERTS$)|CI$|GITHUB_|DATAFLOW_TDD_)/i.test(name));
	return {...Object.fromEntries(inherited), PATH: [node, process.env.PATH].join(path.delimiter), DOCKER_HOST: 'unix:///nonexistent/docker.sock', DATAFLOW_TDD_LINGER_MS: '2000', NO_COLOR: '1', FORCE_COLOR: '0'};
}

/** Runs a line of a shell, and waits for its end. */
export async function shell(line: string, {cwd, node = path.dirname(process.execPath)}: Where): Promise<Ended> {
	return new Promise(resolve => {
		execFile('sh', ['-c', line], {cwd, env: environment(node), encoding: 'utf8', maxBuffer: 2 ** 26}, (error: ExecFileException | null, stdout, stderr) => {
			resolve({exitCode: error ? Number(error.code ?? 1) : 0, output: `$ ${line}\n${stdout}${stderr}`});
		});
	});
}

/** The same, which has to succeed. */
export async function run(line: string, where: Where): Promise<string> {
	const {exitCode, output} = await shell(line, where);
	if (exitCode !== 0) {
		throw new Error(`Exit code ${exitCode}\n${output}`);
	}

	return output;
}

/** The folder that holds the binary of a version of Node, from npm. */
export async function nodeFolder(version: string): Promise<string> {
	const output = await run(`npx --yes --prefer-offline -p node@${version} -c 'command -v node'`, {cwd: os.tmpdir()});
	return path.dirname(output.trim().split('\n').findLast(line => path.isAbsolute(line))!);
}

const readme = await readFile(path.join(root, 'README.md'), 'utf8');
// From the block that installs the package to the next heading.
const [, quickStart] = /(```sh\n(?:(?!```).)*npm install --save-dev dataflow-tdd.*?)^## /ms.exec(readme)!;

/** The lines of the quick start that a user types. */
export const commands = [...quickStart!.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, code]) => code!.split('\n')).map(line => line.replace(/\s+#.*/, '')).filter(Boolean);
/** The files of the quick start, by name. */
export const files = [...quickStart!.matchAll(/^```(?:ts|js|sql)\n(?:\/\/|--) (\S+)\n(.*?)^```$/gms)].map(([, name, code]) => ({name: name!, code: code!}));

/** Says the versions that this repository was tested with, so that a release of somebody else does not fail these tests. */
function pinned(line: string, tarball: string): string {
	return line.replace(/(?<=npm install .*)\b(?:[a-z][\w-]*)(?=\s|$)/g, name => {
		if (name === 'dataflow-tdd') {
			return `'${tarball}'`;
		}

		return name in manifest.devDependencies ? `${name}@${manifest.devDependencies[name]!}` : name;
	});
}

const quietly = '--prefer-offline --no-audit --no-fund --ignore-scripts';

/** An empty project, with the packed package in it and the files of the quick start. */
export interface Installed {
	readonly folder: string;
	readonly tarball: string;
	readonly commands: readonly string[];
	readonly output: string;
	remove(): Promise<void>;
}

/** Installs what these tests need beside the quick start: another compiler, and what belongs to doors of other runners. */
export async function installOthers({folder}: Installed): Promise<void> {
	const others = Object.keys(manifest.peerDependencies).filter(name => !commands.some(line => line.split(' ').includes(name)));
	await run(`npm install --save-dev typescript-5.9@npm:typescript@5.9.3 ${others.map(name => `${name}@${manifest.devDependencies[name]!}`).join(' ')} ${quietly}`, {cwd: folder});
}

/** Packs the package and does what the quick start says, in a folder whose name has spaces. */
export async function install(): Promise<Installed> {
	const parent = await mkdtemp(path.join(os.tmpdir(), 'dataflow-tdd-package-'));
	const folder = path.join(parent, 'a project of mine');
	await mkdir(folder);
	const packed = await run(`npm pack --ignore-scripts --silent --pack-destination '${parent}'`, {cwd: root});
	const tarball = path.join(parent, packed.trim().split('\n').at(-1)!);
	let output = '';
	for (const line of commands) {
		output += await run(line.startsWith('npm install') ? `${pinned(line, tarball)} ${quietly}` : line, {cwd: folder});
	}

	for (const {name, code} of files) {
		await mkdir(path.join(folder, path.dirname(name)), {recursive: true});
		await writeFile(path.join(folder, name), code);
	}

	return {folder, tarball, commands, output, remove: async () => rm(parent, {recursive: true, force: true, maxRetries: 5})};
}
