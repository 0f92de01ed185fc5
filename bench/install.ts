import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';

/**
 * Installs the packages of a folder of the bench, which the project itself does not depend on, as their lock file says, unless they
 * are there. Install scripts do not run: none of these packages needs one.
 * @throws when npm fails: there may be no registry
 */
export async function installPackages(name: 'peers' | 'plots', say: (text: string) => void): Promise<string> {
	const folder = path.join(import.meta.dirname, name);
	const lock = readFileSync(path.join(folder, 'package-lock.json'), 'utf8');
	const marker = path.join(folder, 'node_modules', '.installed-lock.json');
	if (!existsSync(marker) || readFileSync(marker, 'utf8') !== lock) {
		say(`installing what bench/${name}/package.json names (npm ci)`);
		await runNpm(folder);
		writeFileSync(marker, lock);
	}

	return folder;
}

async function runNpm(folder: string): Promise<void> {
	const npm = spawn('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {cwd: folder, stdio: ['ignore', 'ignore', 'pipe']});
	let output = '';
	npm.stderr.on('data', (chunk: Buffer) => {
		output += chunk.toString();
	});
	await once(npm, 'close');
	if (npm.exitCode !== 0) {
		throw new Error(`npm ci failed in ${folder}:\n${output.slice(-2000)}`);
	}
}
