// Breaks the mechanism behind each promise, one after the other, and says whether its tests notice: `node scripts/break.mjs G05 G06`.
// A promise whose tests pass all the same is not proven. It works on the compiled code, which is put back.
import {spawnSync} from 'node:child_process';
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {readPromiseTests} from './promise-tests.mjs';

const root = path.dirname(import.meta.dirname);
const asked = new Set(process.argv.slice(2));
const breaks = JSON.parse(readFileSync(path.join(root, 'tests', 'breaks.json'), 'utf8')).filter(({promise}) => asked.size === 0 || asked.has(promise));
const tests = readPromiseTests();

/** Workers get a bundle of the compiled code, which is made anew. */
function forgetBundle() {
	rmSync(path.join(root, 'node_modules', '.cache', 'dataflow-tdd'), {recursive: true, force: true});
}

/** The titles that fail; an empty list when all pass. */
function failures({promise, mode}) {
	const files = [...new Set(tests.filter(({ids, mode: whose}) => ids.includes(promise) && (!mode || (whose ?? mode).includes(mode))).map(({file}) => file))];
	const args = ['--config', 'ava.all.config.mjs', '--match', mode ? `*${promise}* ${mode}*: *` : `*${promise}*`, '--timeout', '60s', '--fail-fast', '--tap', ...files];
	const {stdout, status} = spawnSync(process.execPath, ['node_modules/ava/entrypoints/cli.js', ...args], {cwd: root, encoding: 'utf8', maxBuffer: 1e8});
	const failed = [...stdout.matchAll(/^not ok \d+ - (.*)$/gm)].map(([, title]) => title);
	return failed.length > 0 || status === 0 ? failed : ['a test file ends by an error, or hangs'];
}

for (const {what, file, find, replace, ...entry} of breaks) {
	const name = `${entry.promise}${entry.mode ? ` ${entry.mode}` : ''}: ${what}`;
	const target = path.join(root, 'build', file);
	const code = readFileSync(target, 'utf8');
	const edits = [find].flat().map((text, index) => ({text, by: [replace].flat()[index]}));
	const missing = edits.find(({text}) => !code.includes(text));
	if (missing) {
		console.log(`STALE     ${name}: ${file} does not have ${JSON.stringify(missing.text)} any more`);
		process.exitCode = 1;
		continue;
	}

	try {
		writeFileSync(target, edits.reduce((text, edit) => text.replaceAll(edit.text, () => edit.by), code));
		forgetBundle();
		const [first, ...others] = failures(entry);
		console.log(first === undefined ? `SURVIVED  ${name}` : `noticed   ${name}: ${first}${others.length > 0 ? `, and ${others.length} more` : ''}`);
		process.exitCode ||= first === undefined ? 1 : 0;
	} finally {
		writeFileSync(target, code);
		forgetBundle();
	}
}
