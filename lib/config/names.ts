import {createHmac, randomBytes} from 'node:crypto';

/** Every database that the harness makes bears this prefix; no other is ever dropped. */
export const databasePrefix = 'tdd_';

/** The database by which an existing server says that it is for tests. Nothing is in it; what counts is the comment on it. */
export const markerDatabase = `${databasePrefix}marker`;

/** The name of the sealed template database for one fingerprint and one combination of packs. */
export function templateName(fingerprint: string, combination: string): string {
	return `${databasePrefix}t_${fingerprint.slice(0, 16)}_${combination}`;
}

/** True for names of the form that {@link templateName} gives. */
export function isTemplateName(name: string): boolean {
	return /^tdd_t_[\da-f]{16}_/.test(name);
}

/** The name of a lane database that was cloned ahead and saved inside a snapshot. */
export function savedLaneName(combination: string): string {
	return `${databasePrefix}l_${combination}`;
}

function proofOf(name: string, secret: string): string {
	return createHmac('sha256', secret).update(name).digest('hex').slice(0, 12);
}

/**
 * A name nobody else uses, for a database under construction (`b`) or a clone (`c`).
 * @param secret of the server, where others make databases, too: then the name proves that it was made here
 */
export function privateName(kind: 'b' | 'c', owner: string, secret?: string): string {
	const name = `${databasePrefix}${kind}_${owner}_${randomBytes(6).toString('hex')}`;
	return secret === undefined ? name : `${name}_${proofOf(name, secret)}`;
}

/** The owner of a database by its name; undefined for a name that {@link privateName} has not made with this secret. */
export function privateOwner(name: string, secret: string): string | undefined {
	const {rest, owner, proof} = /^(?<rest>tdd_[bc]_(?<owner>[\da-f]{8})_[\da-f]{12})_(?<proof>[\da-f]{12})$/.exec(name)?.groups ?? {};
	return rest !== undefined && proof === proofOf(rest, secret) ? owner : undefined;
}
