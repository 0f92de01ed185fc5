import type {HarnessConfig} from '../../config/options.ts';
import {findKeepers, type FoundKeeper} from '../../keeper/find-keepers.ts';
import {summarise, type KeeperSummary} from './summary.ts';

/** A keeper that was found, and what is told of it. */
export interface SurveyedKeeper {
	readonly keeper: FoundKeeper;
	readonly summary: KeeperSummary;
}

/** The keepers of this user, as seen from a project. */
export interface Survey {
	/** Those of the project, or with `all` every one: that of the options here comes first. */
	readonly chosen: readonly SurveyedKeeper[];
	/** How many were left out, because they are of other projects, or do not say of which. */
	readonly others: number;
}

/** Looks for keepers, and closes the connections to them when they have been used. */
export async function withSurvey<T>(config: HarnessConfig, {all}: {readonly all: boolean}, use: (survey: Survey) => Promise<T>): Promise<T> {
	const found = await findKeepers();
	try {
		const surveyed = found.map(keeper => ({keeper, summary: summarise(keeper, config)}))
			.toSorted((one, other) => Number(other.summary.isOfTheseOptions) - Number(one.summary.isOfTheseOptions));
		const chosen = surveyed.filter(({summary}) => all || summary.isOfTheseOptions || summary.projectDir === config.projectDir);
		return await use({chosen, others: surveyed.length - chosen.length});
	} finally {
		for (const keeper of found) {
			keeper.close();
		}
	}
}
