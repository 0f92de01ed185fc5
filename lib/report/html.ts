import {defaultThreshold} from '../history/evidence.ts';
import {readHistory} from '../history/history-file.ts';
import {emptyHistory, findMachine} from '../history/history.ts';
import type {RunRecord} from '../monitor/records.ts';
import {historyTrends} from './page/history-trends.ts';
import {renderPage} from './page/page.ts';
import type {ReportConfig} from './reports.ts';
import {writeReportFile} from './write.ts';

/** Writes the page of a run, with the trend of its machine class where the project has a history. @throws {ERR_REPORT_WRITE} */
export async function writeHtml(run: RunRecord, file: string, {historyFile}: ReportConfig): Promise<void> {
	// A history that cannot be read is told of by `dataflow-tdd measure`; the page of a run does not need it.
	const history = await readHistory(historyFile).catch(() => emptyHistory);
	const runs = findMachine(history, run.machine)?.runs ?? [];
	await writeReportFile(file, await renderPage(run, {history: historyTrends(runs, defaultThreshold)}));
}
