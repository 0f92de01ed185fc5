import {once} from 'node:events';
import process from 'node:process';
import {createInterface} from 'node:readline/promises';

/** Where a question is asked, and from where the answer comes. */
export interface Terminal {
	readonly input: NodeJS.ReadableStream & {readonly isTTY?: boolean};
	readonly output: NodeJS.WritableStream & {readonly isTTY?: boolean};
}

/**
 * Asks a question that is to be answered with yes or no; anything but yes is no, the end of the input as well.
 * @returns undefined where there is nobody to ask
 */
export async function confirm(question: string, {input, output}: Terminal = {input: process.stdin, output: process.stderr}): Promise<boolean | undefined> {
	if (!input.isTTY || !output.isTTY) {
		return undefined;
	}

	const lines = createInterface({input, output});
	try {
		const answer = await Promise.race([lines.question(`${question} [y/N] `).catch(() => ''), once(lines, 'close').then(() => '')]);
		return /^y(?:es)?$/i.test(answer.trim());
	} finally {
		lines.close();
	}
}
