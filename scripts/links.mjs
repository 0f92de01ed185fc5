// Says which links of the documentation lead nowhere: files, headings, images, lines of files. `--outside` lists the links to the web,
// which are only read here, not followed: a check that needs the network fails for reasons that are nobody's here.
import process from 'node:process';
import {installTools} from './docs/install.mjs';

installTools();
const {checkLinks} = await import('./docs/links.mjs');
const {problems, pages, inside, outside} = checkLinks();

if (process.argv.includes('--outside')) {
	process.stdout.write([...new Set(outside.map(({target}) => target))].toSorted((a, b) => a.localeCompare(b)).map(target => `${target}\n`).join(''));
} else {
	for (const {file, line, target, why} of problems) {
		console.error(`${file}:${line}: ${target}: ${why}`);
	}

	process.stdout.write(`${pages} pages, ${inside} links inside of the repository, ${outside.length} to the web (not followed): ${problems.length === 0 ? 'all lead somewhere' : `${problems.length} lead nowhere`}\n`);
}

process.exitCode = problems.length > 0 ? 1 : 0;
