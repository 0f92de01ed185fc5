import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';

const folder = import.meta.dirname;
const lock = path.join(folder, 'package-lock.json');
const installed = path.join(folder, 'node_modules', '.installed-lock.json');

function isInstalled(): boolean {
	return existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(lock, 'utf8');
}

/**
 * Installs the peers as their lock file says, unless they are there, and returns the folder with their `node_modules`. Their
 * install scripts do not run: none of them needs one here.
 * @throws when npm fails: there may be no registry
 */
export async function installPeers(say: (text: string) => void): Promise<string> {
	if (!isInstalled()) {
		say('installing the peers (npm ci in bench/peers)');
		const npm = spawn('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {cwd: folder, stdio: ['ignore', 'ignore', 'pipe']});
		let output = '';
		npm.stderr.on('data', (chunk: Buffer) => {
			output += chunk.toString();
		});
		await once(npm, 'close');
		if (npm.exitCode !== 0) {
			throw new Error(`npm ci failed in bench/peers:\n${output.slice(-2000)}`);
		}

		writeFileSync(installed, readFileSync(lock, 'utf8'));
	}

	return folder;
}
