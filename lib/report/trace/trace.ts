import type {RunRecord} from '../../monitor/records.ts';
import {writeReportFile} from '../write.ts';
import {renderChromeTrace} from './chrome.ts';
import {renderSpeedscope} from './speedscope.ts';

/**
 * Writes what happened in a run when: in Chrome's trace event format, or, to a file whose name ends in `.speedscope.json`, in speedscope's own,
 * which has the share of each statement besides.
 * @throws {ERR_REPORT_WRITE}
 */
export async function writeTrace(run: RunRecord, file: string): Promise<void> {
	await writeReportFile('trace', file, file.endsWith('.speedscope.json') ? renderSpeedscope(run) : renderChromeTrace(run));
}
