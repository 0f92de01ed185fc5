/** What an element can hold. Strings become text, never markup. */
export type Child = Node | string | number | false | undefined;
type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => void)>>;

/** Makes an element; attributes that begin with `on` are listeners, and those that are false or undefined are left out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, attributes: Attributes = {}, ...children: readonly Child[]): HTMLElementTagNameMap[Tag] {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (typeof value === 'function') {
			element.addEventListener(name.slice(2), value);
		} else if (value !== undefined && value !== false) {
			element.setAttribute(name, value === true ? '' : String(value));
		}
	}

	element.append(...nodes(children));
	return element;
}

/** Puts children in the place of what an element held. */
export function fill(element: Element, ...children: readonly Child[]): void {
	element.replaceChildren(...nodes(children));
}

function nodes(children: readonly Child[]): Array<Node | string> {
	return children.filter(child => child !== undefined && child !== false).map(child => typeof child === 'number' ? String(child) : child);
}

/** A section of the page, with its heading. */
export function section(id: string, title: string, ...children: readonly Child[]): HTMLElement {
	const heading = `${id}-heading`;
	return h('section', {id, 'aria-labelledby': heading}, h('h2', {id: heading}, title), ...children);
}

let fields = 0;

/** A control with its label. */
export function field(title: string, control: HTMLInputElement | HTMLSelectElement, className = ''): HTMLElement {
	control.id = `field-${++fields}`;
	return h('div', {class: `field ${className}`}, h('label', {for: control.id}, title), control);
}

/** Something that is shown on demand. */
export function details(summary: string, ...children: readonly Child[]): HTMLElement {
	return h('details', {}, h('summary', {}, summary), ...children);
}
