import type {TestPhases, TestWarning} from './records.ts';

/** Says that a test took longer than it may, and where the time went. */
export function judgeBudget({durationMs, phases, budgetMs}: {durationMs: number; phases: TestPhases; budgetMs: number}): TestWarning[] {
	if (durationMs <= budgetMs) {
		return [];
	}

	const {setupMs, bodyMs, databaseMs, teardownMs, endMs} = phases;
	const parts = Object.entries({'set-up': setupMs, body: bodyMs, teardowns: teardownMs, end: endMs}).filter(([, ms]) => ms >= durationMs / 20);
	const where = parts.map(([part, ms]) => `${part} ${ms.toFixed(0)}${part === 'body' ? `, of which ${databaseMs.toFixed(0)} in the database` : ''}`).join('; ');
	return [{kind: 'budget', message: `This test took ${durationMs.toFixed(0)} ms (${where}); its budget is ${budgetMs} ms.`}];
}
