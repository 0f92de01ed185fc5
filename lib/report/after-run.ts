import path from 'node:path';
import process from 'node:process';
import {styleText} from 'node:util';
import type {RunRecord} from '../monitor/records.ts';
import {problemLine, writeReports, type ReportConfig} from './reports.ts';
import {renderSummary} from './summary.ts';

/** A terminal, or what stands in its place. */
export type Output = NodeJS.WriteStream;

/** True where colours are wanted: on a terminal that has them, unless NO_COLOR or FORCE_COLOR say otherwise. */
export function hasColors(stream: Output): boolean {
	return styleText('dim', '.', {stream}) !== '.';
}

/**
 * Reports a run that is over, as the option `report` says: the summary on `stream` (stderr, because stdout belongs to AVA's reporter),
 * files, and in GitHub Actions annotations and a job summary; nothing at all where it says `'none'`. Never throws.
 */
export async function reportRun(run: RunRecord, config: ReportConfig, stream: Output = process.stderr): Promise<void> {
	if (config.report.length === 0) {
		return;
	}

	try {
		if (config.report.includes('summary')) {
			const summary = renderSummary(run, {colors: hasColors(stream), columns: stream.columns ?? 80});
			stream.write(summary === '' ? '' : `\n${summary}\n`);
		}

		const {written, problems} = await writeReports(run, config);
		for (const {kind, file} of written) {
			stream.write(`dataflow-tdd: wrote ${kind} to ${path.relative(config.projectDir, file)}\n`);
		}

		for (const problem of problems) {
			stream.write(`dataflow-tdd: ${problem}\n`);
		}

		if (process.env.GITHUB_ACTIONS === 'true') {
			await (await import('./github/github.ts')).reportToGithub(run, stream);
		}
	} catch (error) {
		stream.write(`dataflow-tdd: ${problemLine(error)}\n`);
	}
}
