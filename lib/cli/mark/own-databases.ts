import {isTemplateName, privateOwner} from '../../config/names.ts';
import type {Client} from '../../postgres/client.ts';
import {dropDatabase, listDatabases, type DatabaseEntry, type OwnDatabase} from '../../postgres/databases.ts';
import {parseRecord} from '../../template/record.ts';

/** A template says what was built into it; any other one has a name that proves where it comes from. */
function isOwn({name, isTemplate, comment}: DatabaseEntry, token: string): boolean {
	return privateOwner(name, token) !== undefined || (isTemplate && isTemplateName(name) && parseRecord(comment) !== undefined);
}

/**
 * The databases that the harness has made on a server that it did not start, the marker left out.
 * @param token of the server's marker; empty where it has none
 */
export async function ownDatabases(client: Client, token: string): Promise<readonly OwnDatabase[]> {
	return (await listDatabases(client, 'tdd_')).filter(entry => isOwn(entry, token));
}

/** Ends the sessions of keepers and tests that the user of a client may end, so that none of them goes on working there. */
async function endKeepers(client: Client): Promise<void> {
	await client.query(`
		select pg_terminate_backend(pid) from pg_stat_activity
		where starts_with(application_name, 'dataflow-tdd ') and pid <> pg_backend_pid() and pg_has_role(usesysid, 'member')`);
}

/**
 * Leaves nothing of the harness on a server whose marker has been taken away.
 * @returns the names of those that are gone
 */
export async function leaveServer(client: Client, token: string): Promise<readonly string[]> {
	await endKeepers(client);
	const dropped: string[] = [];
	for (const database of await ownDatabases(client, token)) {
		await dropDatabase(client, database);
		dropped.push(database.name);
	}

	return dropped;
}
