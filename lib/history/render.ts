/** Up to how many characters a list of plain values stands on one line. */
const lineLength = 120;

/**
 * Writes JSON for people and for diffs: tabs, one property a line, and lists of plain values on one line, wrapped where they are
 * long. Numbers keep three decimals: a microsecond is the finest that a time here is about.
 */
export function renderJson(value: unknown, indent = ''): string {
	if (typeof value === 'number') {
		return String(Math.round(value * 1000) / 1000);
	}

	if (typeof value !== 'object' || value === null) {
		return JSON.stringify(value);
	}

	const inner = `${indent}\t`;
	const isList = Array.isArray(value);
	const parts = isList ? value.map(item => renderJson(item, inner)) : entriesOf(value).map(([key, item]) => `${JSON.stringify(key)}: ${renderJson(item, inner)}`);
	const [open, close] = isList ? ['[', ']'] : ['{', '}'];
	const oneLine = `${open}${parts.join(', ')}${close}`;
	const isShort = oneLine.length <= lineLength && !oneLine.includes('\n');
	return parts.length === 0 || (isList && isShort) ? oneLine : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`;
}

function entriesOf(value: object): Array<[string, unknown]> {
	return Object.entries(value).filter(([, item]) => item !== undefined);
}
