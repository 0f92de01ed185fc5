import {readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import type {RunRecord, TestRecord} from '../../monitor/records.ts';
import {formatMs, oneLine} from '../format.ts';
import {testsOf, type TestInFile} from '../totals.ts';

/** GitHub shows no more of each kind for one step of a job. */
const shown = 10;

/** A remark on a line of a file. */
export interface Annotation {
	readonly level: 'error' | 'warning';
	/** Absolute. */
	readonly file: string;
	readonly line?: number;
	readonly title: string;
	readonly message: string;
}

/** What a run has to say of its test files: failures are errors, what budgets found is a warning. */
export function annotationsOf(run: RunRecord): Annotation[] {
	return testsOf(run).flatMap(one => [...failureOf(run, one), ...repeatedOf(run, one), ...warningsOf(run, one)]);
}

function failureOf(run: RunRecord, one: TestInFile): Annotation[] {
	const {outcome, error, durationMs, title} = one.test;
	return outcome === 'failed' ? [{level: 'error', ...placeOf(run, one), title, message: `${error ?? 'The test failed.'} (${formatMs(durationMs)})`}] : [];
}

/** At the line that sends the statement, where that is in the project. */
function repeatedOf(run: RunRecord, one: TestInFile): Annotation[] {
	return one.test.repeated.map(({statement, count, stack}) => ({
		level: 'warning', ...placeOf(run, one), ...firstFrame(stack), title: `N+1: ${one.test.title}`,
		message: `Sent ${count} times from here: ${one.record.statements[statement]?.text ?? ''}`,
	}));
}

function warningsOf(run: RunRecord, one: TestInFile): Annotation[] {
	// Repeated statements have a place of their own.
	const others = one.test.warnings.filter(({kind}) => kind !== 'repeated');
	return others.map(({kind, message}) => ({level: 'warning', ...placeOf(run, one), title: `${kind}: ${one.test.title}`, message}));
}

/** The line of a test, where its file names it once and as it is. */
function placeOf({projectDir}: RunRecord, {test, record}: TestInFile): Pick<Annotation, 'file' | 'line'> {
	const file = path.join(projectDir, record.file);
	const line = lineOfTitle(file, test.title);
	return {file, ...(line !== undefined && {line})};
}

function lineOfTitle(file: string, title: TestRecord['title']): number | undefined {
	let lines: string[];
	try {
		lines = readFileSync(file, 'utf8').split('\n');
	} catch {
		return undefined;
	}

	const literals = ['\'', '"', '`'].map(quote => `${quote}${title.replaceAll('\\', String.raw`\\`).replaceAll(quote, `\\${quote}`)}${quote}`);
	const found = lines.flatMap((line, index) => literals.some(literal => line.includes(literal)) ? [index + 1] : []);
	return found.length === 1 ? found[0] : undefined;
}

function firstFrame(stack: string): Pick<Annotation, 'file' | 'line'> | undefined {
	const [, place, line] = /\(?((?:file:\/\/)?\/[^()\n]+?|(?:file:\/\/\/)?[A-Za-z]:[^()\n]+?):(\d+):\d+\)?(?:\n|$)/.exec(stack) ?? [];
	return place === undefined ? undefined : {file: place.startsWith('file:') ? fileURLToPath(place) : place, line: Number(line)};
}

/**
 * Renders annotations as GitHub's workflow commands, one a line, as many of each level as GitHub shows. Paths are relative to `workspace`.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function renderAnnotations(annotations: readonly Annotation[], workspace: string): string[] {
	return (['error', 'warning'] as const).flatMap(level => {
		const all = annotations.filter(annotation => annotation.level === level);
		const lines = all.slice(0, shown).map(annotation => renderAnnotation(annotation, workspace));
		const rest = all.length - shown + 1;
		return all.length > shown ? [...lines.slice(0, shown - 1), `::${level}::${rest} more of these are in the report of the run`] : lines;
	});
}

function renderAnnotation({level, file, line, title, message}: Annotation, workspace: string): string {
	const properties = {file: path.relative(workspace, file).split(path.sep).join('/'), ...(line !== undefined && {line: String(line)}), title: oneLine(title)};
	const written = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
	return `::${level} ${written.join(',')}::${escapeData(message)}`;
}

function escapeData(text: string): string {
	return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
	return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
