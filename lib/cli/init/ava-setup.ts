import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';

/** Where AVA looks for tests, as far as its configuration says so plainly. */
export interface TestPlace {
	/** With a slash at its end; empty for the project's own folder. */
	readonly folder: string;
	/** How names of tests end, such as `.test.ts`. */
	readonly ending: string;
}

/** An AVA configuration that is there already, as init reads it: by its text, since what it imports need not be installed yet. */
export interface ExistingAva {
	/** Such as `ava.config.js`, or `package.json`. */
	readonly name: string;
	readonly usesWithTdd: boolean;
	/** True if it names the option `schemas`. */
	readonly setsSchemas: boolean;
	/** Undefined where it names files in a way that is not easily read; `'default'` where it names none. */
	readonly tests: TestPlace | 'default' | undefined;
}

const names = ['ava.config.js', 'ava.config.mjs', 'ava.config.cjs'];

// Folders, then any name with an ending: `test/*.js`, `src/**/*.spec.ts`, `test/**`.
const plainPattern = /^(?:\.\/)?(?<folder>(?:[\w.-]+\/)*)(?<deep>\*\*\/)?\*{1,2}(?<ending>(?:\.[\w-]+)*)$/;

function readPlace(pattern: string, language: string): TestPlace | undefined {
	const {folder = '', deep, ending = ''} = plainPattern.exec(pattern)?.groups ?? {};
	if (!plainPattern.test(pattern)) {
		return undefined;
	}

	const isWhole = ending.lastIndexOf('.') > 0;
	return {folder: folder === '' && deep !== undefined ? 'tests/' : folder, ending: isWhole ? ending : `.test${ending === '' ? `.${language}` : ending}`};
}

function readTests(text: string, language: string): ExistingAva['tests'] {
	const [, files] = /\bfiles["']?\s*:\s*(\[[^\]]*\]|'[^']*'|"[^"]*")/.exec(text) ?? [];
	if (files === undefined) {
		return /\bfiles\b/.test(text) ? undefined : 'default';
	}

	const patterns = [...files.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, single, double]) => single ?? double ?? '');
	return patterns.filter(pattern => !pattern.startsWith('!')).map(pattern => readPlace(pattern, language)).find(place => place !== undefined);
}

/** Reads the AVA configuration that a project has: a file, or what is below `ava` in package.json. `language` is `ts` or `js`. */
export function readExistingAva(projectDir: string, {ava, language}: {readonly ava: unknown; readonly language: string}): ExistingAva | undefined {
	const file = names.find(name => existsSync(path.join(projectDir, name)));
	if (file === undefined && ava === undefined) {
		return undefined;
	}

	const text = file === undefined ? JSON.stringify(ava) : readFileSync(path.join(projectDir, file), 'utf8');
	return {
		name: file ?? 'package.json',
		usesWithTdd: text.includes('withTdd'),
		setsSchemas: /\bschemas\b/.test(text),
		tests: readTests(text, language),
	};
}
