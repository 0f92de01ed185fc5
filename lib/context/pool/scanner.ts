import {loadModule} from 'libpg-query';
import {StatementReader} from '../../template/script/statement-reader.ts';
import {readTokens} from '../../template/script/tokens.ts';
import type {Words} from './plan.ts';

/** Reads the statements of a text with PostgreSQL's own scanner; nothing where that cannot read it. */
export async function readWords(text: string): Promise<Words[] | undefined> {
	await loadModule();
	const tokens = readTokens(text);
	const reader = new StatementReader();
	const statements: Words[] = [];
	let words: string[] = [];
	const add = (statement: {start: number; end: number} | undefined): void => {
		if (statement) {
			statements.push({start: statement.start, end: statement.end, words});
			words = [];
		}
	};

	for (const token of tokens ?? []) {
		const ended = reader.feed(token);
		if (token.word !== ';') {
			words.push(token.word);
		}

		add(ended);
	}

	add(reader.finish());
	return tokens && statements;
}
