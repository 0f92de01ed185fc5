import {randomBytes} from 'node:crypto';

/** Every database that the harness makes bears this prefix; no other is ever dropped. */
export const databasePrefix = 'tdd_';

/** The database by which an existing server says that it is for tests. Nothing is in it; what counts is the comment on it. */
export const markerDatabase = `${databasePrefix}marker`;

/** The name of the sealed template database for one fingerprint and one combination of packs. */
export function templateName(fingerprint: string, combination: string): string {
	return `${databasePrefix}t_${fingerprint.slice(0, 16)}_${combination}`;
}

/** The name of a lane database that was cloned ahead and saved inside a snapshot. */
export function savedLaneName(combination: string): string {
	return `${databasePrefix}l_${combination}`;
}

/** A name nobody else uses, for a database under construction (`b`) or a clone (`c`). */
export function privateName(kind: 'b' | 'c', owner: string): string {
	return `${databasePrefix}${kind}_${owner}_${randomBytes(6).toString('hex')}`;
}
