// Takes the pictures of the HTML report for the README: runs the guided examples on servers of its own, and shows the report of that
// run in headless Chromium, light and dark. `node scripts/screenshots.mjs`, after a build, on a machine that does nothing else.
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {pathToFileURL} from 'node:url';
import {chromium} from 'playwright-core';

const root = path.dirname(import.meta.dirname);
const {readLatestRun} = await import('../build/monitor/run-store.js');
const {renderPage} = await import('../build/report/page/page.js');
const {name} = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

if (!process.argv.includes('--last')) {
	// No keeper of an earlier run: the start of the servers belongs into the picture.
	const env = {...process.env, DATAFLOW_TDD_SERVER: 'embedded', DATAFLOW_TDD_LINGER_MS: '0'};
	spawnSync(process.execPath, [path.join(root, 'build/cli/main.js'), 'stop'], {cwd: root, env, stdio: 'inherit'});
	spawnSync(process.execPath, [path.join(root, 'node_modules/ava/entrypoints/cli.js')], {cwd: root, env, stdio: 'inherit'});
}

const run = readLatestRun(root);
const folder = mkdtempSync(path.join(os.tmpdir(), 'tdd-screenshots-'));
const file = path.join(folder, 'report.html');
// Whatever this checkout's folder is called.
writeFileSync(file, await renderPage({...run, projectDir: name}));
const images = path.join(root, 'docs', 'images');
mkdirSync(images, {recursive: true});
const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox']});
for (const colorScheme of ['light', 'dark']) {
	const page = await browser.newPage({viewport: {width: 1120, height: 1400}, deviceScaleFactor: 1.25, colorScheme, reducedMotion: 'reduce'});
	await page.goto(pathToFileURL(file).href);
	await page.evaluate('new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
	const {y, height} = await page.locator('#timeline .keys').boundingBox();
	const picture = path.join(images, `report-${colorScheme}.png`);
	await page.screenshot({path: picture, clip: {x: 0, y: 0, width: 1120, height: Math.ceil(y + height + 12)}});
	console.log(`${path.relative(root, picture)}: ${Math.round(statSync(picture).size / 1000)} kB`);
}

await browser.close();
rmSync(folder, {recursive: true});
