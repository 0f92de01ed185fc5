/** A text in a source file that may be data: a string, the static parts of a template, a field of a COPY row. */
export interface Literal {
	/**
	 * As it stands between its quotes, character for character: what does not stand for itself is replaced by as many
	 * others, an escape by blanks, `${...}` by {@link filler}.
	 */
	readonly text: string;
	/** Where the text begins in the file. */
	readonly offset: number;
	/** The property, variable or column that it is the value of, where that is plain to see. */
	readonly name?: string;
	/** It is put somewhere as a value: into a property of an object, or by a statement that writes rows. */
	readonly isValue: boolean;
	/** The line whose comments speak for it, too: a row of COPY cannot have one. */
	readonly ruledBy?: number;
}

/** Stands for what a template inserts. It may be a part of an e-mail address's name, and of no other value. */
export const filler = '_';

/** Replaces what a pattern finds by as many blanks. */
export function blank(text: string, pattern: RegExp): string {
	return text.replaceAll(pattern, found => ' '.repeat(found.length));
}

/** The words of a literal's name in small letters: `clientIp` and `client_ip` are `client` and `ip`. */
export function wordsOf({name = ''}: Literal): string[] {
	return name.replaceAll(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase().split(/[^\p{L}\d]+/u);
}
