import path from 'node:path';
import {fileURLToPath} from 'node:url';
import type {RunRecord} from '../../monitor/records.ts';
import {formatMs, oneLine} from '../format.ts';
import {TestSources} from '../test-source.ts';
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

type Place = Pick<Annotation, 'file' | 'line'>;

/** What a run has to say of its test files: failures are errors, what budgets found is a warning. */
export function annotationsOf(run: RunRecord): Annotation[] {
	const sources = new TestSources(run.projectDir);
	return testsOf(run).flatMap(one => {
		const line = sources.find(one.record.file, one.test.title)?.line;
		const place = {file: path.join(run.projectDir, one.record.file), ...(line !== undefined && {line})};
		return [...failureOf(one, place), ...repeatedOf(one, place), ...warningsOf(one, place)];
	});
}

function failureOf({test: {outcome, error, durationMs, title}}: TestInFile, place: Place): Annotation[] {
	return outcome === 'failed' ? [{level: 'error', ...place, title, message: `${error ?? 'The test failed.'} (${formatMs(durationMs)})`}] : [];
}

/** At the line that sends the statement, where that is known. */
function repeatedOf({test, record}: TestInFile, place: Place): Annotation[] {
	return test.repeated.map(({statement, count, isAtLeast, stack}) => ({
		level: 'warning', ...place, ...firstFrame(stack), title: `N+1: ${test.title}`,
		message: `Sent ${isAtLeast ? 'at least ' : ''}${count} times from here: ${record.statements[statement]?.text ?? ''}`,
	}));
}

function warningsOf({test}: TestInFile, place: Place): Annotation[] {
	// Repeated statements have a place of their own.
	const others = test.warnings.filter(({kind}) => kind !== 'repeated');
	return others.map(({kind, message}) => ({level: 'warning', ...place, title: `${kind}: ${test.title}`, message}));
}

function firstFrame(stack: string): Place | undefined {
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
