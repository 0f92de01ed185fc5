import {h} from './dom.ts';

/** A statement on one line, as a link to all that is known of it. */
export function statementLink(index: number, text: string): HTMLElement {
	return h('a', {class: 'sql', href: `#statement-${index}`}, text.replaceAll(/\s+/g, ' ').trim());
}

/** A statement in full, as it was written. */
export function statementBlock(text: string): HTMLElement {
	return h('pre', {class: 'sql-block'}, text.trim());
}

/** The path of a file, which may break behind each slash. */
export function pathText(path: string): HTMLElement {
	return h('div', {class: 'path'}, ...path.split(/(?<=[/\\])/).flatMap(part => [part, h('wbr')]));
}

/** A name such as `performanceMonitoredTest`, which may break before each of its words. */
export function nameText(name: string): HTMLElement {
	return h('span', {class: 'name'}, ...name.split(/(?=[A-Z][a-z])/).flatMap(part => [h('wbr'), part]));
}

/** A test as a link to all that is known of it. */
export function testLink({index, title}: {readonly index: number; readonly title: string}): HTMLElement {
	return h('a', {href: `#test-${index}`}, title);
}
