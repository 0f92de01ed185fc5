import path from 'node:path';
import type {HarnessConfig} from '../config/options.ts';
import {toWireError} from '../errors.ts';
import type {RunRecord} from '../monitor/records.ts';

/** What a run can be written to a file as. */
export type ReportKind = 'json' | 'junit' | 'trace' | 'html';

/** A report that is wanted. */
export interface WantedReport {
	readonly kind: ReportKind;
	/** Absolute. */
	readonly file: string;
}

/** What became of the files that the option `report` asks for. */
export interface ReportOutcome {
	readonly written: readonly WantedReport[];
	/** One line for each that could not be written: `ERR_REPORT_WRITE: ...`. */
	readonly problems: readonly string[];
}

/** Of the configuration, what reports depend on. */
export type ReportConfig = Pick<HarnessConfig, 'projectDir' | 'report' | 'historyFile'>;

/** Where reports lie in a project that does not say where. */
export const defaultFiles: Readonly<Record<ReportKind, string>> = {
	json: 'test-results/run.json', junit: 'test-results/junit.xml', trace: 'test-results/trace.json', html: 'test-results/report.html',
};

/** The files that the option `report` asks for: `['json', 'junit=out/junit.xml']`. */
export function wantedReports({projectDir, report}: ReportConfig): WantedReport[] {
	return report.filter(item => item !== 'summary').map(item => {
		const [, kind, file] = /^(\w+)(?:=(.+))?$/s.exec(item) as unknown as [string, ReportKind, string?];
		return {kind, file: path.resolve(projectDir, file ?? defaultFiles[kind])};
	});
}

/** Writes the files that the option `report` asks for. Never throws: a report that cannot be written is no reason for a run to fail. */
export async function writeReports(run: RunRecord, config: ReportConfig): Promise<ReportOutcome> {
	const written: WantedReport[] = [];
	const problems: string[] = [];
	for (const wanted of wantedReports(config)) {
		try {
			await writeReport(run, wanted, config);
			written.push(wanted);
		} catch (error) {
			problems.push(problemLine(error));
		}
	}

	return {written, problems};
}

/** What went wrong, on one line that begins with its code. */
export function problemLine(error: unknown): string {
	const {code, message} = toWireError(error);
	return code === undefined ? `A report could not be made: ${message}` : `${code}: ${message}`;
}

/**
 * Writes one report. What it takes is loaded only now: a run that wants a summary pays for nothing else.
 * @throws {ERR_REPORT_WRITE}
 */
export async function writeReport(run: RunRecord, {kind, file}: WantedReport, config: ReportConfig): Promise<void> {
	if (kind === 'json') {
		await (await import('./json.ts')).writeJson(run, file);
	} else if (kind === 'junit') {
		await (await import('./junit.ts')).writeJunit(run, file);
	} else if (kind === 'trace') {
		await (await import('./trace/trace.ts')).writeTrace(run, file);
	} else {
		await (await import('./html.ts')).writeHtml(run, file, config);
	}
}
