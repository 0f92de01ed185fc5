import stringWidth from 'string-width';
import {dataKinds, type TestDataFinding, type TestDataReport} from './finding.ts';

/** How many findings of one file are shown, unless told otherwise: a dump may have thousands. */
const shownOfFile = 20;

/**
 * Writes a report for people: by file, each value with its place, its replacement and the reason; what is free; and what to do.
 * Values are shown as in the findings, so cards, SSNs and IBANs only with their last digits.
 */
export function renderTestData(report: TestDataReport, {limit = shownOfFile}: {readonly limit?: number} = {}): string {
	const unread = report.unread.map(({file, why}) => `${file} was not checked: ${why}`);
	return [...blocksOf(report.findings, limit), ...standardsOf(report.findings), ...unread, summaryOf(report)].join('\n\n');
}

function blocksOf(findings: readonly TestDataFinding[], limit: number): string[] {
	const files = Map.groupBy(findings, ({file}) => file);
	return [...files].map(([file, all]) => {
		const rows = all.slice(0, limit).map(({line, column, kind, value, replacement, why}) => [`${line}:${column}`, kind, value, `-> ${replacement}`, reasonOf(why)]);
		const more = all.length > limit ? [`  and ${all.length - limit} more`] : [];
		return [file, ...aligned(rows), ...more].join('\n');
	});
}

/** What is kept free, each once: it is the same for most findings of a kind. */
function standardsOf(findings: readonly TestDataFinding[]): string[] {
	const rows = dataKinds.flatMap(kind => {
		const standards = findings.filter(finding => finding.kind === kind).map(({why}) => why.slice(reasonOf(why).length + 2));
		return [...new Set(standards)].map(standard => [kind, standard]);
	});
	return rows.length === 0 ? [] : [['What is free:', ...aligned(rows)].join('\n')];
}

function reasonOf(why: string): string {
	return why.split('; ', 1)[0]!;
}

function aligned(rows: ReadonlyArray<readonly string[]>): string[] {
	const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => stringWidth(row[column] ?? '')))) ?? [];
	return rows.map(row => `  ${row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell))).join('  ')}`.trimEnd());
}

function summaryOf({findings, files}: TestDataReport): string {
	const checked = files === 1 ? '1 file' : `${files} files`;
	const [first] = findings;
	if (!first) {
		return `Test data: nothing in ${checked} could be somebody's.`;
	}

	const counts = dataKinds.map(kind => [findings.filter(finding => finding.kind === kind).length, kind] as const).filter(([count]) => count > 0);
	const values = findings.length === 1 ? '1 value' : `${findings.length} values`;
	return `Test data: ${values} in ${checked} could be somebody's (${counts.map(([count, kind]) => `${kind} ${count}`).join(', ')}). `
		+ 'Test data comes to be in logs, reports and snapshots, and code under test may write to it, call it or charge it. '
		+ `Put the values behind the arrows in their places, or let one stand with the comment \`dataflow-tdd-allow ${first.kind}\` in its line.`;
}
