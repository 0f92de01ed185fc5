// Compiles lib/ to build/, from nothing, so that a file deleted in lib/ is gone from build/ too; what runs in the browser becomes
// one script and one style sheet, which the HTML report holds.
import {spawnSync} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {build} from 'esbuild';

const root = path.dirname(import.meta.dirname);
const part = path.join(root, `build.${process.pid}`);
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const client = path.join('report', 'page', 'client');

function compile(...args) {
	const {status} = spawnSync(process.execPath, [tsc, ...args], {stdio: 'inherit'});
	if (status !== 0) {
		giveUp(status);
	}
}

function giveUp(status) {
	rmSync(part, {recursive: true, force: true});
	process.exit(status ?? 1);
}

/** Bundles the script and the style of the HTML report, with the licences of what is in it. */
async function bundleClient() {
	const source = path.join(root, 'lib', client);
	const licences = ['chart.js', '@kurkle/color'].map(name => `${name}: ${readFileSync(path.join(root, 'node_modules', name, 'LICENSE.md'), 'utf8').trim()}`);
	await build({
		entryPoints: {client: path.join(source, 'main.ts')}, outdir: path.join(part, client), bundle: true, minify: true, format: 'iife', target: 'es2022',
		banner: {js: `/*\n${licences.join('\n\n')}\n*/`}, legalComments: 'none', logLevel: 'error',
	});
	await build({entryPoints: {client: path.join(source, 'page.css')}, outdir: path.join(part, client), minify: true, logLevel: 'error'});
	const script = readFileSync(path.join(part, client, 'client.js'), 'utf8');
	if (/<\/script|<!--/i.test(script)) {
		console.error('The script of the HTML report holds what would end the element it stands in.');
		giveUp(1);
	}
}

compile('-p', root, '--outDir', part);
compile('-p', path.join(root, 'lib', client));
await bundleClient();

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
