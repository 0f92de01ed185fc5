import type {KeeperStatus} from '../../keeper/protocol.ts';
import {renderKeepers, renderOthers} from '../keepers/render.ts';
import {withSurvey, type Survey} from '../keepers/survey.ts';
import {formatBytes, formatTable, print} from '../output.ts';
import {loadProjectConfig, type CommonOptions} from '../project.ts';

/** What `dataflow-tdd status` and `dataflow-tdd stop` take. */
export interface KeepersOptions extends CommonOptions {
	/** The keepers of all projects of this user. */
	readonly all?: boolean;
}

function describe(status: KeeperStatus): string {
	const slots = status.slots.map(({slot, state, file, startMs, databases, server}) => [
		`server ${slot}`, state, file ?? '-', startMs === undefined ? '-' : `${Math.round(startMs)} ms`, String(databases), server ?? '-',
	]);
	return [
		`keeper ${status.pid}, up ${Math.round(status.uptimeMs / 1000)} s, ${formatBytes(status.memoryBytes)}, ${status.clients - 1} other connections, ${status.waiting} waiting`,
		`tests run on ${status.description}: ${status.reason}`,
		`template ${status.fingerprint?.slice(0, 12) ?? 'not asked for yet'}; ${status.leases} leases and ${status.clones} clones so far`,
		formatTable([['', 'state', 'test file', 'start', 'databases', 'where'], ...slots]),
		`log: ${status.logFile}`,
	].join('\n');
}

/** That of the options here in full, the others in a table. */
function render({chosen, others}: Survey, {all = false}: KeepersOptions): string {
	const own = chosen.find(({summary}) => summary.isOfTheseOptions);
	const rest = chosen.filter(one => all || one !== own).map(({summary}) => summary);
	const none = own ?? chosen.length > 0 ? 'No keeper is running with the options as they are here.' : 'No keeper is running for this project.';
	const title = all ? 'All keepers of this user:' : 'Other keepers of this project, of other options:';
	return [
		own?.keeper.status ? describe(own.keeper.status) : own ? `keeper ${own.summary.pid} looks for a server to run tests on\nlog: ${own.summary.logFile}` : `${none} The next test run starts one, or \`dataflow-tdd warm\`.`,
		...rest.length > 0 ? [`\n${title}\n${renderKeepers(rest, {withProject: all})}`] : [],
		...others > 0 ? [renderOthers(others, 'status')] : [],
	].join('\n');
}

/** Shows the keepers of this project, or of this user, that are running; first the one that tests use with the options as they are. */
export async function status(options: KeepersOptions): Promise<void> {
	await withSurvey(await loadProjectConfig(), {all: options.all ?? false}, async survey => {
		const own = survey.chosen.find(({summary}) => summary.isOfTheseOptions);
		const keepers = survey.chosen.map(({summary}) => summary);
		print({running: own !== undefined, ...own?.keeper.about, ...own?.keeper.status, options: undefined, environment: undefined, keepers, others: survey.others}, {json: options.json ?? false, text: render(survey, options)});
	});
}
