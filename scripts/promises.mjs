// Writes the table of promises into docs/guarantees.md, from what the test files declare; `--check` says where it is out of date or empty.
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {readPromiseTests} from './promise-tests.mjs';

const root = path.dirname(import.meta.dirname);
const page = path.join(root, 'docs', 'guarantees.md');
const promises = JSON.parse(readFileSync(path.join(root, 'tests', 'promises.json'), 'utf8'));
const tests = readPromiseTests();
const problems = tests.filter(({isClear}) => !isClear).map(({file, title}) => `${file}: '${title}' has to begin with its promise and whose it is: 'G05 R: …' for rollback contexts, 'G05 C: …' for clones, 'G05 RC: …' for both`);
const modes = {R: 'rollback', C: 'clone'};

for (const id of new Set(tests.flatMap(({ids}) => ids))) {
	if (!(id in promises)) {
		problems.push(`${id} is proven, but it is not in tests/promises.json`);
	}
}

/** Whether tests prove a promise for one kind of context, or the reason why none does. */
function cell(id, mode) {
	const isProven = tests.some(test => test.ids.includes(id) && (test.mode ?? mode).includes(mode));
	const reason = promises[id][modes[mode]];
	if (isProven === (reason !== undefined)) {
		problems.push(`${id}, ${modes[mode]}: ${isProven ? 'there are tests, so the reason in tests/promises.json has to go' : 'there is no test, and no reason in tests/promises.json'}`);
	}

	return isProven ? '✔' : reason ?? '';
}

function proofs(id) {
	const files = [...new Set(tests.filter(({ids}) => ids.includes(id)).map(({file}) => file))];
	return files.map(file => `[${file.replace(/^tests\/(?:context\/)?/, '').replace(/\.test\.ts$/, '')}](../${file})`).join(', ');
}

const rows = Object.entries(promises).map(([id, {promise}]) => [id, promise, cell(id, 'R'), cell(id, 'C'), proofs(id)]);
const table = [['id', 'promise', 'rollback', 'clone', 'proof'], ['---', '---', '---', '---', '---'], ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
const before = readFileSync(page, 'utf8');
const after = before.replace(/<!-- promises -->[^]*?<!-- \/promises -->/, () => `<!-- promises -->\n${table}\n<!-- /promises -->`);

if (process.argv.includes('--check')) {
	if (after !== before) {
		problems.push('The table of promises in docs/guarantees.md is out of date: node scripts/promises.mjs writes it');
	}
} else {
	writeFileSync(page, after);
}

for (const problem of problems) {
	console.error(problem);
}

process.exitCode = problems.length > 0 ? 1 : 0;
