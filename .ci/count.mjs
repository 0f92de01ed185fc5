// Adds up what the test runs in a folder of logs have counted, and prints it on one line; what failed is listed before it.
import {readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {stripVTControlCharacters} from 'node:util';

const folder = process.argv[2];
const logs = readdirSync(folder).filter(name => name.endsWith('.log'));
const texts = logs.map(name => stripVTControlCharacters(readFileSync(path.join(folder, name), 'utf8')));
const count = pattern => texts.reduce((total, text) => total + [...text.matchAll(pattern)].length, 0);
const sum = pattern => texts.flatMap(text => [...text.matchAll(pattern)]).reduce((total, match) => total + Number(match[1]), 0);

for (const [index, text] of texts.entries()) {
	for (const [, title] of text.matchAll(/^\s*✘ (.*)$/gm)) {
		console.log(`failed in ${logs[index]}: ${title}`);
	}
}

// Of a run in which something failed, AVA does not say how many tests passed; each has a line of its own.
const passed = count(/^\s*✔ /gm);
const failed = sum(/^\s*(\d+) (?:tests?|hooks?) failed$/gm) + sum(/^\s*(\d+) (?:uncaught exceptions?|unhandled rejections?|tests? remained pending.*)$/gm);
const skipped = sum(/^\s*(\d+) tests? skipped$/gm);
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
