// Installs what scripts/docs/package.json names, as its lock file says, unless it is there. TypeDoc reads types with TypeScript 5.9's
// API, which the TypeScript that compiles this project does not have: so it stands apart.
import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';

const folder = import.meta.dirname;

/** @throws when npm fails: there may be no registry */
export function installTools() {
	const lock = readFileSync(path.join(folder, 'package-lock.json'), 'utf8');
	const marker = path.join(folder, 'node_modules', '.installed-lock.json');
	if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) {
		return;
	}

	const {status, stderr} = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {cwd: folder, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe']});
	if (status !== 0) {
		throw new Error(`npm ci failed in ${folder}:\n${stderr.slice(-2000)}`);
	}

	writeFileSync(marker, lock);
}
