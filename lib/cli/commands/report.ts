import path from 'node:path';
import process from 'node:process';
import type {RunRecord} from '../../monitor/records.ts';
import {hasColors} from '../../report/after-run.ts';
import {findRun} from '../../report/find-run.ts';
import {renderJson} from '../../report/json.ts';
import {defaultFiles, writeReport, type ReportKind, type WantedReport} from '../../report/reports.ts';
import {renderSummary} from '../../report/summary.ts';
import {loadProjectConfig, type CommonOptions} from '../project.ts';

export interface ReportOptions extends CommonOptions {
	readonly run?: string;
	readonly out?: string;
	readonly summary?: boolean;
	readonly junit?: string;
	readonly trace?: string;
}

/** Files lie where the command was called; the page lies in the project, unless it is told where. */
function wantedFiles({out, junit, trace, json, summary}: ReportOptions, projectDir: string): WantedReport[] {
	const given = Object.entries({html: out, junit, trace}).flatMap(([kind, file]) => file === undefined ? [] : [{kind: kind as ReportKind, file: path.resolve(file)}]);
	const isPageMeant = given.length === 0 && !json && !summary;
	return isPageMeant ? [{kind: 'html', file: path.join(projectDir, defaultFiles.html)}] : given;
}

function printSummary(run: RunRecord): void {
	const {stdout} = process;
	const summary = renderSummary(run, {colors: hasColors(stdout), columns: stdout.columns ?? 80});
	stdout.write(`${summary === '' ? 'No test of this run used a fixture.' : summary}\n`);
}

/** Writes the reports of a run that are asked for; what was written is told on stderr where stdout is for JSON. */
export async function report(options: ReportOptions): Promise<void> {
	const config = await loadProjectConfig();
	const run = findRun(config.projectDir, options.run);
	if (options.summary && !options.json) {
		printSummary(run);
	}

	for (const wanted of wantedFiles(options, config.projectDir)) {
		await writeReport(run, wanted, config);
		(options.json ? process.stderr : process.stdout).write(`Wrote ${path.relative('', wanted.file)} of run ${run.id}.\n`);
	}

	if (options.json) {
		process.stdout.write(await renderJson(run));
	}
}
