import type {RunRecord} from '../monitor/records.ts';
import {renderPage} from './page/page.ts';
import type {ReportConfig} from './reports.ts';
import {writeReportFile} from './write.ts';

/** Writes the page of a run, with the project's history where it has one. @throws {ERR_REPORT_WRITE} */
export async function writeHtml(run: RunRecord, file: string, _config: ReportConfig): Promise<void> {
	await writeReportFile(file, await renderPage(run));
}
