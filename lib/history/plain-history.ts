import type {FlatMetrics} from './history.ts';

/**
 * The runs that {@link addToPerformanceHistory} has added to a history file, or that the reference's plain list has; the oldest first.
 * @throws {ERR_HISTORY_FORMAT} when a newer release has written it
 */
export async function readPerformanceHistory(file: string): Promise<readonly FlatMetrics[]> {
	const {readHistory} = await import('./history-file.ts');
	return (await readHistory(file)).plain ?? [];
}

/**
 * Adds a run to a history file, of which the last ten are kept, beside what `dataflow-tdd measure --update` keeps there. Several
 * processes may do so at once.
 * @throws {ERR_HISTORY_BUSY} when another process keeps it locked, {ERR_HISTORY_FORMAT} when a newer release has written it
 */
export async function addToPerformanceHistory(file: string, run: FlatMetrics): Promise<readonly FlatMetrics[]> {
	const [{updateHistory}, {keptRuns}] = await Promise.all([import('./history-file.ts'), import('./history.ts')]);
	return (await updateHistory(file, history => ({...history, plain: [...history.plain ?? [], run].slice(-keptRuns)}))).plain ?? [];
}
