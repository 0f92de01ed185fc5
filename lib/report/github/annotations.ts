import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {gist} from '../../monitor/gist.ts';
import type {RunRecord, TestRecord, TestWarning} from '../../monitor/records.ts';
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
	/** From 1; with its end only where a piece of a line, or several lines, are meant. */
	readonly column?: number;
	readonly endLine?: number;
	readonly endColumn?: number;
	readonly title: string;
	readonly message: string;
}

type Place = Pick<Annotation, 'file' | 'line'>;

/** How much of a limit that is only warned of was used, or how often; compared within one kind only. */
const severities: Readonly<Record<TestWarning['kind'], (test: TestRecord) => number>> = {
	queries: test => test.statementCount,
	repeated: test => Math.max(0, ...test.repeated.map(({count}) => count)),
	memory: ({memory}) => memory.heapAfter - memory.heapBefore,
	threshold: ({warnings}) => warnings.filter(({kind}) => kind === 'threshold').length,
	slow: test => Math.max(0, ...test.statements.map(({maxMs}) => maxMs)),
	budget: ({durationMs, budgetMs}) => durationMs / Math.max(budgetMs, 0.001),
	fallback: ({durationMs}) => durationMs,
};

/** What is exact comes before what may be the machine: GitHub shows no more than the first few. */
const ranks: Readonly<Record<TestWarning['kind'], number>> = {queries: 0, repeated: 0, memory: 1, threshold: 2, slow: 3, budget: 4, fallback: 5};

interface Remark {
	readonly annotation: Annotation;
	readonly kind: TestWarning['kind'];
	readonly severity: number;
}

/** What a run has to say of its test files: failures are errors, what budgets found is a warning, the gravest first. */
export function annotationsOf(run: RunRecord): Annotation[] {
	const sources = new TestSources(run.projectDir);
	const placed = testsOf(run).map(one => {
		const line = sources.find(one.record.file, one.test.title)?.line;
		return {one, place: {file: path.join(run.projectDir, one.record.file), ...(line !== undefined && {line})}};
	});
	const remarks = placed.flatMap(({one, place}) => [...repeatedOf(one, place), ...warningsOf(one, place)])
		.toSorted((one, other) => ranks[one.kind] - ranks[other.kind] || other.severity - one.severity);
	return [...placed.flatMap(({one, place}) => failureOf(one, place)), ...remarks.map(({annotation}) => annotation)];
}

function failureOf({test: {outcome, error, durationMs, title}}: TestInFile, place: Place): Annotation[] {
	return outcome === 'failed' ? [{level: 'error', ...place, title, message: `${error ?? 'The test failed.'} (${formatMs(durationMs)})`}] : [];
}

/** At the line that sends the statement, where that is known. */
function repeatedOf({test, record}: TestInFile, place: Place): Remark[] {
	return test.repeated.map(({statement, count, isAtLeast, stack}) => ({
		kind: 'repeated', severity: count,
		annotation: {
			level: 'warning', ...place, ...firstFrame(stack), title: `N+1: ${test.title}`,
			message: `Sent ${isAtLeast ? 'at least ' : ''}${count} times from here: ${record.statements[statement]?.text ?? ''}`,
		},
	}));
}

function warningsOf({test}: TestInFile, place: Place): Remark[] {
	// Repeated statements have a place of their own.
	const others = test.warnings.filter(({kind}) => kind !== 'repeated');
	return others.map(({kind, message}) => ({
		kind, severity: severities[kind](test), annotation: {level: 'warning', ...place, title: `${kind}: ${test.title}`, message: gist(message)},
	}));
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

/** Renders one annotation as a workflow command, in one line. */
export function renderAnnotation({level, file, line, column: col, endLine, endColumn, title, message}: Annotation, workspace: string): string {
	const place = Object.entries({line, endLine, col, endColumn}).filter(([, number]) => number !== undefined).map(([name, number]) => [name, String(number)] as const);
	const properties = [['file', path.relative(workspace, file).split(path.sep).join('/')], ...place, ['title', oneLine(title)]] as const;
	const written = properties.map(([name, value]) => `${name}=${escapeProperty(value)}`);
	return `::${level} ${written.join(',')}::${escapeData(message)}`;
}

function escapeData(text: string): string {
	return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
	return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
