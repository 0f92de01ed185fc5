import {styleText} from 'node:util';
import type {DoctorFinding} from './findings.ts';

/** How the doctor's lines are written. */
export interface RenderOptions {
	/** With colours. Nothing is told by colour alone. */
	readonly colors: boolean;
	/** The width of the terminal, at which lines are broken; undefined leaves them whole. */
	readonly columns: number | undefined;
}

type Format = Parameters<typeof styleText>[0];

const gap = '  ';
const narrowest = 30;

function markOf({status, isFine}: DoctorFinding): {readonly mark: string; readonly format: Format} {
	if (status === 'warning') {
		return {mark: '!!', format: 'yellow'};
	}

	return status === 'failed' ? {mark: '--', format: 'red'} : isFine ? {mark: 'ok', format: 'green'} : {mark: '--', format: 'dim'};
}

/** Breaks a text between words. A word that is longer than a line stays whole: paths are there to be copied. */
function wrap(text: string, width: number): string[] {
	const lines: string[] = [];
	for (const word of text.split(' ')) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + 1 + word.length <= width) {
			lines[lines.length - 1] = `${last} ${word}`;
		} else {
			lines.push(word);
		}
	}

	return lines;
}

function conclusion(found: readonly DoctorFinding[]): {readonly text: string; readonly format: Format} {
	const failed = found.filter(({status}) => status === 'failed').map(({what}) => `'${what}'`);
	const warnings = found.filter(({status}) => status === 'warning').length;
	if (failed.length > 0) {
		return {text: `Tests cannot run: see ${failed.join(', ')}.`, format: ['bold', 'red']};
	}

	return {text: warnings === 0 ? 'Tests can run.' : `Tests can run; ${warnings} ${warnings === 1 ? 'thing' : 'things'} marked !! could be better.`, format: ['bold', 'green']};
}

/** The findings as lines: a mark, what it is about, what was found, and below it what to do. */
export function renderFindings(found: readonly DoctorFinding[], {colors, columns}: RenderOptions): string {
	const style = (format: Format, text: string): string => colors ? styleText(format, text, {validateStream: false}) : text;
	const labelWidth = Math.max(...found.map(({what}) => what.length));
	const margin = ' '.repeat(2 + gap.length + labelWidth + gap.length);
	const room = columns === undefined ? Infinity : Math.max(narrowest, columns - 1 - margin.length);
	const lines = found.flatMap(finding => {
		const {mark, format} = markOf(finding);
		const [first = '', ...rest] = wrap(finding.detail, room);
		const fix = finding.fix === undefined ? [] : wrap(`-> ${finding.fix}`, room);
		return [
			`${style(format, mark)}${gap}${style('bold', finding.what.padEnd(labelWidth))}${gap}${first}`,
			...rest.map(line => `${margin}${line}`),
			...fix.map(line => `${margin}${style('cyan', line)}`),
		];
	});
	const {text, format} = conclusion(found);
	return [...lines, '', style(format, text)].join('\n');
}
