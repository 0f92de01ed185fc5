/** A statement as a test ran it, as far as its plan is of interest. */
export interface TimedStatement {
	readonly text: string;
	readonly values?: readonly unknown[] | undefined;
	/** What it took, in ms. */
	readonly tookMs: number;
}

/** How many statements of a test are explained at most. */
const mostPlans = 3;

/**
 * Chooses the statements of a test that are worth a plan: the slowest of each text that took longer than `slowMs`, the three slowest of
 * these. With a `slowMs` of 0 it is every text, in the order in which they were sent first, so that their buffers can be compared between runs.
 */
export function chooseSlow<Statement extends TimedStatement>(statements: readonly Statement[], slowMs: number): readonly Statement[] {
	const slowest = new Map<string, Statement>();
	for (const statement of statements) {
		const known = slowest.get(statement.text);
		if (statement.tookMs >= slowMs && (!known || (slowMs > 0 && statement.tookMs > known.tookMs))) {
			slowest.set(statement.text, statement);
		}
	}

	const chosen = [...slowest.values()];
	return slowMs === 0 ? chosen : chosen.toSorted((one, other) => other.tookMs - one.tookMs).slice(0, mostPlans);
}
