import {readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {userFrames} from '../context/origin.ts';
import {gist} from './gist.ts';

/** AVA throws it for every assertion that fails, and keeps what failed to itself. */
const sentinel = {name: 'TestFailure', message: 'The test has failed'};

/** Longer lines of source are cut. */
const sourceLength = 160;

/**
 * What a record says of what failed a test: what an error's message comes to; of an assertion of AVA, the line of the user's code that made
 * it: `tests/orders.test.ts:12: t.is(order.total, 40)`. Undefined where neither is known.
 */
export function describeFailure(error: unknown, projectDir: string): string | undefined {
	if (!(error instanceof Error)) {
		return gist(String(error));
	}

	const {name, message} = error;
	return name === sentinel.name && message === sentinel.message ? describeAssertion(error, projectDir) : gist(message === '' ? name : message);
}

function describeAssertion(error: Error, projectDir: string): string | undefined {
	const [, place, line] = /\(?((?:file:\/\/)?(?:[A-Za-z]:)?[/\\][^()\n]*?):(\d+):\d+\)?$/.exec(userFrames(error, 1)) ?? [];
	if (place === undefined) {
		return undefined;
	}

	const file = place.startsWith('file:') ? fileURLToPath(place) : place;
	const source = readLine(file, Number(line));
	return `${path.relative(projectDir, file).replaceAll('\\', '/')}:${line}${source === '' ? '' : `: ${source}`}`;
}

function readLine(file: string, line: number): string {
	try {
		const text = readFileSync(file, 'utf8').split('\n')[line - 1]?.trim().replace(/;$/, '') ?? '';
		return text.length > sourceLength ? `${text.slice(0, sourceLength)}…` : text;
	} catch {
		// What was compiled in memory has no file.
		return '';
	}
}
