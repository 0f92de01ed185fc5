import process from 'node:process';
import {defaultThreshold} from '../history/evidence.ts';
import {peekHistory} from '../history/history-file.ts';
import {emptyHistory, findMachine, type History} from '../history/history.ts';
import type {RunRecord} from '../monitor/records.ts';
import {historyTrends} from './page/history-trends.ts';
import {renderPage} from './page/page.ts';
import type {ReportConfig} from './reports.ts';
import {writeReportFile} from './write.ts';

/** Writes the page of a run, with the trend of its machine class where the project has a history. @throws {ERR_REPORT_WRITE} */
export async function writeHtml(run: RunRecord, file: string, {historyFile}: ReportConfig): Promise<void> {
	const runs = findMachine(await historyOrNone(historyFile), run.machine)?.runs ?? [];
	await writeReportFile('html', file, await renderPage(run, {history: historyTrends(runs, defaultThreshold)}));
}

/** A report only looks: a history that cannot be read, as in the midst of a merge, is left as it is, and the page has no trend. */
async function historyOrNone(file: string): Promise<History> {
	return peekHistory(file).catch((error: unknown) => {
		process.stderr.write(`dataflow-tdd: the page has no trend, because the history ${file} cannot be read (${(error as Error).message})\n`);
		return emptyHistory;
	});
}
