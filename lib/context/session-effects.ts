import type {Client} from '../postgres/client.ts';
import {advisoryKeys} from '../postgres/lock-wait.ts';
import {send} from '../postgres/wire.ts';
import {shorten} from './errors.ts';

const isOfInterest = /advisory|listen|notify/i;
const listens = /(?:^|;)\s*listen\s/i;
const notifies = /(?:^|;)\s*notify\s|\bpg_notify\s*\(/i;

/** What a test does that reaches beyond its transaction, as far as the text of its statements shows. */
export class SessionEffects {
	#listening: string | undefined;
	#notifying: string | undefined;
	#hasLocked = false;

	/** Looks at a statement that is sent. */
	see(text: string): void {
		if (isOfInterest.test(text)) {
			this.#hasLocked ||= /advisory/i.test(text);
			this.#listening ??= listens.test(text) ? text : undefined;
			this.#notifying ??= notifies.test(text) ? text : undefined;
		}
	}

	/** True if it is worth asking which advisory locks outlast the transaction. */
	get hasLocked(): boolean {
		return this.#hasLocked;
	}

	/** What to tell of notifications, which need a COMMIT. */
	notes(inClone: string): Array<readonly [kind: string, text: string]> {
		const never = 'takes effect at COMMIT, and a rollback test has none';
		return [
			...this.#listening === undefined ? [] : [['listen', `\`${shorten(this.#listening)}\` ${never}: nothing will arrive, and nothing listens after the test. ${inClone}`] as const],
			...this.#notifying === undefined ? [] : [['notify', `\`${shorten(this.#notifying)}\` ${never}: nobody will hear of it. ${inClone}`] as const],
		];
	}
}

/** The advisory locks that a session holds, by their keys. After a rollback, those are left that would be held until the session ends. */
export async function readAdvisoryLocks(client: Client): Promise<string[]> {
	const {rows} = await send(client, `
		select distinct array_to_string(${advisoryKeys}, ', ') as key from pg_catalog.pg_locks l
		where locktype = 'advisory' and pid = pg_backend_pid() and granted order by 1`);
	return rows.map(({key}) => String(key));
}

/** Tells a test that it has left locks; an empty list when it has not. */
export function noteAdvisoryLocks(keys: readonly string[]): string[] {
	return keys.length === 0 ? [] : [
		`This test has left ${keys.length === 1 ? 'a session advisory lock' : `${keys.length} session advisory locks`}: ${keys.map(key => `(${key})`).join(', ')}. `
		+ 'A rollback does not release them. They were released now, so that no other test waits for them; an application would hold them until its connection ends. '
		+ 'Unlock them in a `finally`, or take pg_advisory_xact_lock.',
	];
}
