import {h} from './dom.ts';

const key = 'dataflow-tdd-theme';
type Theme = 'light' | 'dark';

/** The light and the dark look: the system's, until the reader has chosen. */
export class ThemeSwitch {
	readonly element: HTMLButtonElement;
	readonly #system = matchMedia('(prefers-color-scheme: dark)');
	readonly #listeners: Array<() => void> = [];

	constructor() {
		this.element = h('button', {'type': 'button', 'class': 'quiet', 'onclick': () => this.#choose(this.#current() === 'dark' ? 'light' : 'dark')});
		const chosen = stored();
		if (chosen) {
			document.documentElement.dataset['theme'] = chosen;
		}

		this.#label();
		this.#system.addEventListener('change', () => this.#changed());
	}

	/** Called when other colours hold, for what is drawn and not styled. */
	onChange(listener: () => void): void {
		this.#listeners.push(listener);
	}

	#current(): Theme {
		return (document.documentElement.dataset['theme'] ?? (this.#system.matches ? 'dark' : 'light')) as Theme;
	}

	#choose(theme: Theme): void {
		document.documentElement.dataset['theme'] = theme;
		try {
			localStorage.setItem(key, theme);
		} catch {
			// A page from a file may have no storage: then the choice lasts as long as the page.
		}

		this.#changed();
	}

	#changed(): void {
		this.#label();
		for (const listener of this.#listeners) {
			listener();
		}
	}

	#label(): void {
		this.element.textContent = this.#current() === 'dark' ? 'Light theme' : 'Dark theme';
	}
}

function stored(): Theme | undefined {
	try {
		const theme = localStorage.getItem(key);
		return theme === 'light' || theme === 'dark' ? theme : undefined;
	} catch {
		return undefined;
	}
}

/** The colour that a custom property of the style sheet has now, in the form that a canvas takes. */
export function colour(name: string): string {
	const probe = h('span', {hidden: true});
	probe.style.color = `var(--${name})`;
	document.body.append(probe);
	const value = getComputedStyle(probe).color;
	probe.remove();
	return value;
}
