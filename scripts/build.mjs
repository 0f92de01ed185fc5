// Compiles lib/ to build/, from nothing, so that a file deleted in lib/ is gone from build/ too.
import {spawnSync} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {chmodSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const root = path.dirname(import.meta.dirname);
rmSync(path.join(root, 'build'), {recursive: true, force: true});
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const {status} = spawnSync(process.execPath, [tsc, '-p', root], {stdio: 'inherit'});
if (status !== 0) {
	process.exit(status ?? 1);
}

// Tells one build from another, for what is made from the built files and kept.
writeFileSync(path.join(root, 'build', 'stamp'), randomUUID());
chmodSync(path.join(root, 'build', 'cli', 'main.js'), 0o755);
