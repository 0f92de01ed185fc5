import {existsSync, globSync, readdirSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {readPage} from './markdown.mjs';

const root = path.resolve(import.meta.dirname, '../..');
/** Every page that a reader may come to; what others have published lies in node_modules. */
const patterns = ['*.md', 'docs/**/*.md', '.github/**/*.md', 'action/**/*.md', 'bench/*.md', 'schemas/**/*.md', 'seeds/**/*.md', 'tests/examples/**/*.md'];

const toPosix = file => file.split(path.sep).join('/');

/** The nearest of some names, for a message: the one that shares most letters in a row with what was asked for. */
function nearest(wanted, names) {
	const pairs = text => new Set(Array.from({length: Math.max(0, text.length - 1)}, (_, index) => text.slice(index, index + 2).toLowerCase()));
	const asked = pairs(wanted);
	const score = name => {
		const own = pairs(name);
		return 2 * [...own].filter(pair => asked.has(pair)).length / (own.size + asked.size || 1);
	};

	const [best] = [...names].map(name => ({name, score: score(name)})).toSorted((a, b) => b.score - a.score);
	return best && best.score > 0.3 ? `; near it is ${best.name}` : '';
}

/** A path in the letters that are really on disk: not every file system tells 'Readme.md' from 'README.md', GitHub does. */
function existsExactly(file) {
	if (!existsSync(file)) {
		return false;
	}

	const relative = path.relative(root, file);
	return relative === '' || relative.split(path.sep).reduce(({folder, isThere}, name) => ({folder: path.join(folder, name), isThere: isThere && readdirSync(folder).includes(name)}), {folder: root, isThere: true}).isThere;
}

function checkWeb(target) {
	const url = URL.parse(target);
	if (url === null) {
		return 'this is no URL';
	}

	if (url.protocol === 'mailto:') {
		return undefined;
	}

	return url.protocol === 'https:' ? /\s|%20/.test(target) || !url.hostname.includes('.') ? 'this is no URL of a page on the web' : undefined : `links to the web begin with https:, not ${url.protocol}`;
}

function checkLines(file, fragment) {
	const [, from, to = from] = /^L(\d+)(?:-L(\d+))?$/.exec(fragment) ?? [];
	const lines = readFileSync(file, 'utf8').split('\n').length;
	return from === undefined ? 'a file that is no page has only anchors such as #L12 or #L12-L20'
		: Number(to) > lines || Number(from) < 1 || Number(to) < Number(from) ? `the file has ${lines} lines` : undefined;
}

/** Whether npm publishes a file. Tests stay in the repository. */
function packs(file) {
	const {files} = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
	const always = ['README.md', 'LICENSE', 'package.json'];
	return always.includes(file) || files.some(pattern => path.matchesGlob(file, pattern) || file.startsWith(`${pattern}/`));
}

/** Why a link inside of the repository leads nowhere, or nothing. */
function checkInside({file, target}, pageAt) {
	const [name, fragment] = target.split('#');
	let decoded;
	try {
		decoded = decodeURIComponent(name);
	} catch {
		return 'its % is not followed by two hexadecimal digits';
	}

	const to = decoded === '' ? path.join(root, file) : path.resolve(root, decoded.startsWith('/') ? `.${decoded}` : path.join(path.dirname(file), decoded));
	if (path.relative(root, to).startsWith('..')) {
		return 'it leads out of the repository';
	}

	if (!existsExactly(to)) {
		const folder = path.dirname(to);
		return `there is no file ${toPosix(path.relative(root, to))}${existsSync(folder) ? nearest(path.basename(to), readdirSync(folder)) : ''}`;
	}

	if (fragment === undefined) {
		return undefined;
	}

	if (fragment === '') {
		return 'it ends in # and names no heading';
	}

	if (statSync(to).isDirectory()) {
		return 'a folder has no anchors';
	}

	if (!to.endsWith('.md')) {
		return checkLines(to, fragment);
	}

	if (/^L\d+/.test(fragment)) {
		return 'GitHub shows a page without its line numbers: name a heading, or add ?plain=1';
	}

	const {anchors} = pageAt(toPosix(path.relative(root, to)));
	return anchors.has(decodeURIComponent(fragment)) ? undefined : `${toPosix(path.relative(root, to))} has no heading #${fragment}${nearest(fragment, [...anchors].map(anchor => `#${anchor}`))}`;
}

/** Reads every page, and says of each link that leads nowhere where it is and why. */
export function checkLinks() {
	const files = [...new Set(patterns.flatMap(pattern => globSync(pattern, {cwd: root}).map(toPosix)))].filter(file => !file.includes('node_modules/')).toSorted((a, b) => a.localeCompare(b));
	const pages = new Map();
	const pageAt = file => {
		pages.set(file, pages.get(file) ?? readPage(path.join(root, file)));
		return pages.get(file);
	};

	const all = files.flatMap(file => pageAt(file).links.map(link => ({file, ...link})));
	const isWeb = ({target}) => /^[a-z][\d+.a-z-]*:|^\/\//i.test(target);
	const outside = all.filter(link => isWeb(link));
	const inside = all.filter(link => !isWeb(link));
	const judged = all.map(link => ({...link, why: link.isUndefined ? 'no line defines this reference' : isWeb(link) ? checkWeb(link.target) : checkInside(link, pageAt)}));
	return {problems: [...judged.filter(({why}) => why !== undefined), ...checkPacked(inside)], pages: files.length, inside: inside.length, outside};
}

/**
 * What is packed shows no picture and leads to no page of the documentation that is not: inside of node_modules, and on the page that the registry makes of
 * the README, it would not be there. The README leads to nothing else, either; other pages may name tests as proof.
 */
function checkPacked(inside) {
	return inside.filter(({file, isUndefined}) => !isUndefined && packs(file)).flatMap(link => {
		const to = toPosix(path.relative(root, path.resolve(root, path.dirname(link.file), decodeURIComponent(link.target.split('#')[0]) || path.basename(link.file))));
		const isNeeded = link.isImage || link.file === 'README.md' || (to.startsWith('docs/') && to.endsWith('.md'));
		return !isNeeded || packs(to) || !existsSync(path.join(root, to)) ? [] : [{...link, why: `${to} is not in the npm package, and this page is: add it to "files" in package.json`}];
	});
}
