import {fill, h} from './dom.ts';

/** What the dialog shows for an address such as `#test-12`. */
export interface Detail {
	readonly kind: string;
	readonly title: string;
	readonly content: readonly HTMLElement[];
}

/** Makes what is shown for one number. */
export type DetailMaker = (index: number) => Detail | undefined;

/**
 * The sheet that tests and statements open in. It follows the page's address, so that links lead to it, the browser's way back
 * closes it, and an address can be sent to somebody.
 */
export class DetailDialog {
	readonly #makers: Readonly<Record<string, DetailMaker>>;
	readonly #body = h('div', {class: 'sheet'});
	readonly #dialog = h('dialog', {'aria-labelledby': 'detail-title', 'onclose': () => this.#forget()}, this.#body);

	constructor(makers: Readonly<Record<string, DetailMaker>>) {
		this.#makers = makers;
		this.#dialog.addEventListener('click', event => event.target === this.#dialog && this.#dialog.close());
		document.body.append(this.#dialog);
		addEventListener('hashchange', () => this.follow());
	}

	/** Shows what the page's address says, or closes. */
	follow(): void {
		const [, kind = '', index = ''] = /^#(\w+)-(\d+)$/.exec(location.hash) ?? [];
		const detail = this.#makers[kind]?.(Number(index));
		if (!detail) {
			this.#dialog.close();
			return;
		}

		const close = h('button', {type: 'button', class: 'quiet', onclick: () => this.#dialog.close()}, 'Close');
		const title = h('h2', {id: 'detail-title', tabindex: -1, autofocus: true}, detail.title);
		fill(this.#body, h('header', {}, h('p', {class: 'muted'}, detail.kind), close), title, ...detail.content);
		if (!this.#dialog.open) {
			this.#dialog.showModal();
		}

		this.#dialog.scrollTop = 0;
		title.focus({preventScroll: true});
	}

	#forget(): void {
		if (/^#\w+-\d+$/.test(location.hash)) {
			history.replaceState(undefined, '', '#');
		}
	}
}
