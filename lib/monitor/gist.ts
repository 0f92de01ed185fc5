const shownItems = 2;

/** What a message comes to, on one line: its first line; where that announces a list, with the first two of it. */
export function gist(message: string): string {
	const [first = '', ...rest] = message.trimStart().split('\n').map(line => line.trim());
	return first.endsWith(':') ? `${first} ${rest.filter(line => line !== '').slice(0, shownItems).join('; ')}`.trimEnd() : first;
}
