// Adds up what the test runs in a folder of logs have counted, and prints it on one line.
import {readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {stripVTControlCharacters} from 'node:util';

const folder = process.argv[2];
const text = readdirSync(folder).filter(name => name.endsWith('.log')).map(name => stripVTControlCharacters(readFileSync(path.join(folder, name), 'utf8'))).join('\n');
const sum = pattern => [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
const passed = sum(/^\s*(\d+) tests? passed$/gm) + sum(/^\s*(\d+) known failures?$/gm);
const failed = sum(/^\s*(\d+) (?:tests?|hooks?) failed$/gm) + sum(/^\s*(\d+) (?:uncaught exceptions?|unhandled rejections?|tests? remained pending.*)$/gm);
const skipped = sum(/^\s*(\d+) tests? skipped$/gm);
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
