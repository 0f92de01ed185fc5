import {formatAge} from '../../config/format.ts';
import {counted} from '../../report/format.ts';
import {formatTable} from '../output.ts';
import type {KeeperSummary} from './summary.ts';

function describeState({state, description}: KeeperSummary): string {
	return state === 'ready' ? description ?? '' : state === 'starting' ? 'it looks for a server' : 'it does not answer this release';
}

function row(summary: KeeperSummary, withProject: boolean): string[] {
	const {pid, uptimeMs, users, projectDir} = summary;
	return [
		`keeper ${pid ?? '?'}`,
		uptimeMs === undefined ? '?' : formatAge(uptimeMs),
		users === undefined ? '?' : users === 0 ? 'idle' : 'in use',
		describeState(summary),
		...withProject ? [projectDir ?? '?'] : [],
	];
}

/** What a line of the table has no room for. */
function remarks({state, isOfTheseOptions, differences, socket}: KeeperSummary): string[] {
	return [
		...isOfTheseOptions ? ['the one that tests use with the options as they are here'] : [],
		...differences.map(({name, there, here}) => `${name}: ${there} (here: ${here})`),
		...state === 'unknown' ? [`it listens at ${socket}; the release that started it can stop it`] : [],
	];
}

/** Keepers as a table; below each, why it is another one than that of the options here. */
export function renderKeepers(keepers: readonly KeeperSummary[], {withProject}: {readonly withProject: boolean}): string {
	const [head, ...lines] = formatTable([['', 'up', 'used', 'tests run on', ...withProject ? ['project'] : []], ...keepers.map(summary => row(summary, withProject))]).split('\n');
	return [head, ...lines.flatMap((line, index) => [line, ...remarks(keepers[index]!).map(remark => `  ${remark}`)])].join('\n');
}

/** Says that there are more, where there are. */
export function renderOthers(others: number, command: 'status' | 'stop'): string {
	const verb = command === 'status' ? 'shows' : 'ends';
	return others === 0 ? '' : `\n${counted(others, 'keeper')} of other projects ${others === 1 ? 'runs' : 'run'}; \`dataflow-tdd ${command} --all\` ${verb} ${others === 1 ? 'it' : 'them'}, too.`;
}
