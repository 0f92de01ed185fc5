import {randomBytes} from 'node:crypto';
import {markerDatabase} from '../config/names.ts';
import type {Client} from './client.ts';
import {quoteIdentifier, quoteLiteral} from './identifiers.ts';

/** What somebody has written on a server: that it is for tests. */
export interface Marker {
	/** 32 hex digits, new for each marking. */
	readonly token: string;
	/** The identifier that initdb gave the server: a marker that came with a dump names another one. Empty where a server does not tell. */
	readonly system: string;
	/** Such as `2026-11-23T17:20:00.000Z`. */
	readonly markedAt: string;
}

/** A marker as it stands on a server. */
export interface FoundMarker extends Marker {
	/** False where the marker was made for another server. */
	readonly isOfThisServer: boolean;
}

/** SQLSTATE 42501: some services keep it to themselves. */
async function readSystem(client: Client): Promise<string> {
	try {
		const {rows} = await client.query<{system: string}>('select system_identifier::text as system from pg_catalog.pg_control_system()');
		return rows[0]?.system ?? '';
	} catch (error) {
		if ((error as {code?: string}).code !== '42501') {
			throw error;
		}

		return '';
	}
}

function parse(comment: string | null): Marker | undefined {
	try {
		const {marker} = JSON.parse(comment ?? '') as {marker?: Partial<Marker>};
		return typeof marker?.token === 'string' && typeof marker.system === 'string' && typeof marker.markedAt === 'string' ? marker as Marker : undefined;
	} catch {
		return undefined;
	}
}

async function readComment(client: Client): Promise<string | null | undefined> {
	const {rows} = await client.query<{comment: string | null}>(`select shobj_description(oid, 'pg_database') as comment from pg_catalog.pg_database where datname = $1`, [markerDatabase]);
	return rows[0]?.comment;
}

/** Reads the marker of a server, from whichever of its databases. */
export async function readMarker(client: Client): Promise<FoundMarker | undefined> {
	const marker = parse(await readComment(client) ?? null);
	if (!marker) {
		return undefined;
	}

	const system = await readSystem(client);
	return {...marker, isOfThisServer: system === '' || marker.system === '' || marker.system === system};
}

/** Marks a server; one that is marked already keeps its marker. It takes a role that may create databases. */
export async function ensureMarker(client: Client): Promise<Marker> {
	const found = await readMarker(client);
	if (found?.isOfThisServer) {
		return found;
	}

	const marker: Marker = {token: randomBytes(16).toString('hex'), system: await readSystem(client), markedAt: new Date().toISOString()};
	if (await readComment(client) === undefined) {
		await client.query(`create database ${quoteIdentifier(markerDatabase)} template template0 allow_connections false`);
	}

	const comment = JSON.stringify({about: 'dataflow-tdd may make and drop databases on this server: doctor --unmark takes this away', marker});
	await client.query(`comment on database ${quoteIdentifier(markerDatabase)} is ${quoteLiteral(comment)}`);
	return marker;
}

/** Takes the marker of a server away, and returns what it was. A database of its name that bears something else stays. */
export async function removeMarker(client: Client): Promise<FoundMarker | undefined> {
	const marker = await readMarker(client);
	if (marker === undefined) {
		return undefined;
	}

	await client.query(`drop database ${quoteIdentifier(markerDatabase)} with (force)`);
	return marker;
}
