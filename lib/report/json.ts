import type {RunRecord} from '../monitor/records.ts';
import {groupStatements} from './statements.ts';
import {cacheTotals, leaseTotals, testsOf, totalsByFile, totalsByFixture, totalsOf} from './totals.ts';
import {writeReportFile} from './write.ts';

/** Renders a run as JSON: its record as it is, and what is worked out from it under `totals` and `statements`. */
export async function renderJson(run: RunRecord): Promise<string> {
	const tests = testsOf(run);
	const {bySchema, ...cache} = cacheTotals(run.files);
	const totals = {
		wallMs: run.endedAt - run.startedAt, ...totalsOf(tests), leases: leaseTotals(run.files), cache: {...cache, bySchema: Object.fromEntries(bySchema)},
		byFile: Object.fromEntries(totalsByFile(tests)), byFixture: Object.fromEntries(totalsByFixture(tests)),
	};
	return `${JSON.stringify({...run, totals, statements: await groupStatements(run.files)})}\n`;
}

/** Writes {@link renderJson}. @throws {ERR_REPORT_WRITE} */
export async function writeJson(run: RunRecord, file: string): Promise<void> {
	await writeReportFile('json', file, await renderJson(run));
}
