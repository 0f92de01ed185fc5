import {renderOthers} from '../keepers/render.ts';
import {withSurvey, type SurveyedKeeper} from '../keepers/survey.ts';
import type {KeeperSummary} from '../keepers/summary.ts';
import {print} from '../output.ts';
import {loadProjectConfig} from '../project.ts';
import type {KeepersOptions} from './status.ts';

/** A keeper that was to end. */
interface Stopped extends Pick<KeeperSummary, 'pid' | 'projectDir' | 'description' | 'users' | 'isOfTheseOptions' | 'socket'> {
	/** False for one that does not understand, or does not answer. */
	readonly stopped: boolean;
}

async function end({keeper, summary: {pid, projectDir, description, users, isOfTheseOptions, socket}}: SurveyedKeeper): Promise<Stopped> {
	return {pid, projectDir, description, users, isOfTheseOptions, socket, stopped: await keeper.stop()};
}

function describe({stopped, pid, projectDir, users, socket}: Stopped, all: boolean): string {
	const whose = all ? ` of ${projectDir ?? 'an unknown project'}` : '';
	if (!stopped) {
		return `The keeper ${pid ?? `at ${socket}`}${whose} did not end: it is of another release, or does not answer. The release that started it can stop it.`;
	}

	const used = users === undefined || users === 0 ? '' : ' It was in use: tests that ran on it just now fail, and those after them start another.';
	return `The keeper ${pid}${whose} and its servers are stopped.${used}`;
}

/**
 * Ends the keepers of this project, or of this user, and everything that they started, and returns when they are gone. Whoever uses one
 * is not asked.
 * @returns false when one did not end
 */
export async function stop({all = false, json = false}: KeepersOptions): Promise<boolean> {
	return withSurvey(await loadProjectConfig(), {all}, async ({chosen, others}) => {
		const keepers = await Promise.all(chosen.map(async one => end(one)));
		const first = keepers.find(({stopped}) => stopped);
		const lines = keepers.length > 0 ? keepers.map(keeper => describe(keeper, all)) : [`No keeper was running${all ? '' : ' for this project'}.`];
		print({stopped: first !== undefined, pid: first?.pid, keepers, others}, {json, text: [...lines, ...others > 0 ? [renderOthers(others, 'stop')] : []].join('\n')});
		return keepers.every(({stopped}) => stopped);
	});
}
