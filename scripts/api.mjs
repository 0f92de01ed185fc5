// Writes docs/api.md from the docblocks of what package.json exports, as it was built; with --check, says whether it is there, and
// which exports lack what a reader needs.
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {installTools} from './docs/install.mjs';

const root = path.dirname(import.meta.dirname);
if (!existsSync(path.join(root, 'build', 'index.d.ts'))) {
	throw new Error('There is nothing built to read types from: node scripts/build.mjs');
}

installTools();
const {readDoors} = await import('./docs/doors.mjs');
const {findGaps} = await import('./docs/gaps.mjs');
const {renderPage} = await import('./docs/render.mjs');
const doors = await readDoors(root);
const problems = findGaps(doors);

/** Anchors at the rows of docs/errors.md, for links to a code. */
const withAnchors = text => text.replaceAll(/^\| `(ERR_\w+)`(?: <a id="\w+"><\/a>)? \|/gm, (_row, code) => `| \`${code}\` <a id="${code.toLowerCase()}"></a> |`);

const files = [
	{name: 'docs/errors.md', toText: before => withAnchors(before)},
	{name: 'docs/api.md', toText: () => renderPage(doors)},
];
for (const {name, toText} of files) {
	const file = path.join(root, name);
	const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
	const after = toText(before);
	if (process.argv.includes('--check')) {
		if (after !== before) {
			const line = after.split('\n').findIndex((text, index) => text !== before.split('\n')[index]) + 1;
			problems.push(`${name}:${line}: it is not what the docblocks say, which is: ${after.split('\n')[line - 1]?.slice(0, 120) ?? 'nothing'}\n  npm run api:write writes it`);
		}
	} else {
		writeFileSync(file, after);
	}
}

for (const problem of problems) {
	console.error(problem);
}

process.stdout.write(`${doors.length} doors, ${doors.flatMap(({own}) => own).length} exports: ${problems.length === 0 ? 'docs/api.md says what their docblocks say' : `${problems.length} problems`}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
