import {controlOf, type Control} from './control.ts';

/** One thing to do of a text: a statement that controls transactions, or other statements up to the next one that does. */
export interface Step {
	readonly text: string;
	readonly control: Control | undefined;
	/** A later BEGIN of the same text takes these statements into its transaction, as PostgreSQL does. Default false. */
	readonly isTakenIn?: boolean;
}

/** A statement of a text, with its tokens, keywords in capitals. */
export interface Words {
	readonly start: number;
	readonly end: number;
	readonly words: readonly string[];
}

/** The words without which no statement can control a transaction. */
const suspicious = /\b(?:begin|start|commit|end|abort|rollback|savepoint|release|prepare|set)\b/i;
/** One statement, which begins with a word. */
const single = /^\s*([a-z]+)\b[^;]*;?\s*$/i;
const comment = /--|\/\*/;
const first = new Set(['BEGIN', 'START', 'COMMIT', 'END', 'ABORT', 'ROLLBACK', 'SAVEPOINT', 'RELEASE', 'PREPARE', 'SET']);

/**
 * Takes a text apart where it controls transactions, or gives nothing where it does not: then it can be sent as it is. Nearly
 * every text is told by a look at its words; PostgreSQL's own scanner (20 ms and 12 MB, once) is loaded for those with comments or several statements.
 */
export function planOf(text: string): Step[] | undefined | Promise<Step[] | undefined> {
	if (!suspicious.test(text)) {
		return undefined;
	}

	const word = single.exec(text)?.[1]?.toUpperCase();
	if (word !== undefined && !first.has(word)) {
		return undefined;
	}

	return word !== undefined && !comment.test(text) ? planSingle(text) : planByScanner(text);
}

function planSingle(text: string): Step[] | undefined {
	const words = text.toUpperCase().replaceAll(',', ' , ').split(/[\s;]+/).filter(Boolean);
	const control = controlOf(words);
	return control && [{text, control}];
}

async function planByScanner(text: string): Promise<Step[] | undefined> {
	const {readWords} = await import('./scanner.ts');
	const statements = (await readWords(text))?.map(statement => ({...statement, control: controlOf(statement.words)}));
	// What the scanner cannot read, PostgreSQL will refuse as a whole.
	if (!statements?.some(({control}) => control)) {
		return undefined;
	}

	const steps: Step[] = [];
	let open: {start: number; end: number} | undefined;
	const flush = (isTakenIn: boolean): void => {
		if (open) {
			steps.push({text: text.slice(open.start, open.end), control: undefined, isTakenIn});
			open = undefined;
		}
	};

	for (const {start, end, control} of statements) {
		if (control) {
			flush(control.kind === 'begin');
			steps.push({text: text.slice(start, end), control});
		} else {
			open = {start: open?.start ?? start, end};
		}
	}

	flush(false);
	return steps;
}
