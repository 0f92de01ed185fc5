// Reads a Markdown page as GitHub does: its links and images, also those written as HTML, and the anchors of its headings.
import {readFileSync} from 'node:fs';
import GithubSlugger from 'github-slugger';
import {fromMarkdown} from 'mdast-util-from-markdown';
import {gfmFromMarkdown} from 'mdast-util-gfm';
import {toString} from 'mdast-util-to-string';
import {gfm} from 'micromark-extension-gfm';
import {visit} from 'unist-util-visit';

const attribute = /\b(href|src|srcset|id|name)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;

/** What HTML in a page links to, and the anchors it sets. */
function readHtml(text, line) {
	const found = [...text.replaceAll(/<!--[^]*?-->/g, '').matchAll(attribute)].map(({1: name, 2: double, 3: single}) => ({name: name.toLowerCase(), value: double ?? single}));
	return {
		links: found.filter(({name}) => ['href', 'src', 'srcset'].includes(name)).flatMap(({name, value}) =>
			(name === 'srcset' ? value.split(',').map(part => part.trim().split(/\s+/)[0]) : [value]).map(target => ({target, line, isImage: name !== 'href'}))),
		anchors: found.filter(({name}) => name === 'id' || name === 'name').map(({value}) => value),
	};
}

/** The links of a page with their lines, and its anchors. A reference without a definition is plain text to GitHub: `[x][y]` is told as missing. */
export function readPage(file) {
	const text = readFileSync(file, 'utf8');
	const tree = fromMarkdown(text, {extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()]});
	const slugger = new GithubSlugger();
	const links = [];
	const anchors = new Set();
	visit(tree, node => {
		const line = node.position?.start.line ?? 1;
		if (node.type === 'link' || node.type === 'image' || node.type === 'definition') {
			links.push({target: node.url, line, isImage: node.type === 'image'});
		} else if (node.type === 'heading') {
			anchors.add(slugger.slug(toString(node)));
		} else if (node.type === 'html') {
			const html = readHtml(node.value, line);
			links.push(...html.links);
			html.anchors.forEach(anchor => anchors.add(anchor));
		} else if (node.type === 'text') {
			for (const [, target] of node.value.matchAll(/\[[^\]]+\]\[([^\]]+)\]/g)) {
				links.push({target: `[${target}]`, line, isUndefined: true});
			}
		}
	});
	return {links, anchors, lines: text.split('\n').length};
}
