import type {TestWarning} from './records.ts';

/** Says that a test took longer than it may. */
export function judgeBudget(durationMs: number, budgetMs: number): TestWarning[] {
	return durationMs <= budgetMs ? [] : [{kind: 'budget', message: `This test took ${durationMs.toFixed(0)} ms; its budget is ${budgetMs} ms.`}];
}
