import {TemplateError} from '../errors.ts';
import type {Client} from './client.ts';

/** Sessions that a program leaves when it ends go within this time. */
const patienceMs = 1000;
const lookEveryMs = 20;

/** A session that is connected to a database. */
interface Occupant {
	readonly pid: number;
	readonly application: string;
	readonly user: string;
	readonly state: string;
	readonly isOwn: boolean;
}

async function readOccupants(client: Client, database: string): Promise<Occupant[]> {
	const {rows} = await client.query<Occupant>(`
		select pid, application_name as application, usename::text as user, coalesce(state, '') as state, starts_with(application_name, 'dataflow-tdd') as "isOwn"
		from pg_stat_activity where datname = $1 and pid <> pg_backend_pid() and backend_type = 'client backend' order by pid`, [database]);
	return rows;
}

/**
 * Sees to it that nobody is connected to a database. Sessions of the harness are ended; others get a second to go, and are never ended.
 * PostgreSQL itself would wait for five seconds, and then not say for whom.
 * @throws {ERR_TEMPLATE_BUSY} with the sessions that are still there
 */
export async function vacate(client: Client, database: string): Promise<void> {
	const deadline = performance.now() + patienceMs;
	for (;;) {
		const occupants = await readOccupants(client, database);
		if (occupants.length === 0) {
			return;
		}

		if (performance.now() > deadline) {
			throw occupied(database, occupants);
		}

		for (const {pid} of occupants.filter(({isOwn}) => isOwn)) {
			// The session with that id may be another one by now.
			await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and datname = $2 and starts_with(application_name, 'dataflow-tdd')`, [pid, database]);
		}

		await new Promise(resolve => {
			setTimeout(resolve, lookEveryMs);
		});
	}
}

/** SQLSTATE 55006 says that somebody is connected, and not who; other errors pass unchanged. */
export async function explainOccupied(error: unknown, client: Client, database: string): Promise<unknown> {
	return (error as {code?: string}).code === '55006' ? occupied(database, await readOccupants(client, database).catch(() => []), error) : error;
}

function occupied(database: string, occupants: readonly Occupant[], cause?: unknown): TemplateError {
	const list = occupants.map(({pid, application, user, state}) => `${application || 'a session without a name'} (pid ${pid}, user ${user}${state && `, ${state}`})`);
	return new TemplateError('ERR_TEMPLATE_BUSY', {
		what: `The template ${database} is in use by ${list.join(', ') || 'somebody who has gone meanwhile'}.`,
		why: 'PostgreSQL copies and renames only databases to which nobody is connected; most likely a schema command or a seed has left a process or a pool that is still connected, or somebody looks at the template.',
		fix: 'End that process, or close its pool, and run again; the harness ends no session that is not its own.',
		cause,
	});
}
