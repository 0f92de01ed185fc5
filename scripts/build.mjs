// Compiles lib/ to build/, from nothing, so that a file deleted in lib/ is gone from build/ too.
import {spawnSync} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {chmodSync, existsSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const root = path.dirname(import.meta.dirname);
const part = path.join(root, `build.${process.pid}`);
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const {status} = spawnSync(process.execPath, [tsc, '-p', root, '--outDir', part], {stdio: 'inherit'});
if (status !== 0) {
	rmSync(part, {recursive: true, force: true});
	process.exit(status ?? 1);
}

// Tells one build from another, for what is made from the built files and kept.
writeFileSync(path.join(part, 'stamp'), randomUUID());
chmodSync(path.join(part, 'cli', 'main.js'), 0o755);
// Moved into place whole: who runs the old build meanwhile finds all of it.
const old = path.join(root, `build.${process.pid}.old`);
if (existsSync(path.join(root, 'build'))) {
	renameSync(path.join(root, 'build'), old);
}

renameSync(part, path.join(root, 'build'));
rmSync(old, {recursive: true, force: true});
