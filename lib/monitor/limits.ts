import type {HarnessConfig} from '../config/options.ts';

/** What a test may take, as `.with` of a fixture sets it; what is not set comes from the project's options. */
export interface TestLimits {
	/** What it may take, in ms: set-up, body, teardowns and end. Over it, the test is told. */
	readonly budgetMs?: number;
	/** How many statements it may send; more fail it. */
	readonly maxQueries?: number;
	/** What happens when it sends the same statement from the same place twice or more. */
	readonly repeatedStatements?: 'warn' | 'fail' | 'off';
	/** Parts of statements or of stacks that may be repeated, besides those of the project. */
	readonly allowedRepeats?: readonly string[];
}

/** The limits of one test. */
export interface ResolvedLimits {
	readonly budgetMs: number;
	readonly maxQueries: number | undefined;
	readonly repeatedStatements: 'warn' | 'fail' | 'off';
	readonly allowedRepeats: readonly string[];
	/** A statement that takes longer, in ms, is explained. */
	readonly slowMs: number;
}

/** The same limits where nobody wants to be told of anything but what fails a test, or was asked for by the test itself. */
export function withoutAdvice(limits: ResolvedLimits, {budgetMs = Infinity}: TestLimits): ResolvedLimits {
	return {...limits, budgetMs, slowMs: Infinity, repeatedStatements: limits.repeatedStatements === 'fail' ? 'fail' : 'off'};
}

/** The limits of a test: its own, then those of its fixture, then those of the project. */
export function resolveLimits(config: HarnessConfig, fixture: string, given: TestLimits): ResolvedLimits {
	return {
		budgetMs: given.budgetMs ?? config.budgetMs[fixture] ?? config.budgetMs.default,
		maxQueries: given.maxQueries ?? config.maxQueries,
		repeatedStatements: given.repeatedStatements ?? config.repeatedStatements,
		allowedRepeats: [...config.allowedRepeats, ...given.allowedRepeats ?? []],
		slowMs: config.slowMs,
	};
}
