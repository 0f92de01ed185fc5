import type {LockWait} from '../postgres/lock-wait.ts';
import {shorten} from './errors.ts';

/** PostgreSQL cuts names of applications to this, and replaces what is not ASCII. */
const maxNameBytes = 63;

/** The `application_name` of connections with which the harness only looks. */
export const observerName = 'dataflow-tdd observer';

/** The `application_name` of a test's connections: who waits for its locks reads there who it is. */
export function nameOfTest(testId: string, title: string): string {
	return `${testId} ${title.replaceAll(/[^\u{20}-\u{7E}]+/gu, '?')}`.slice(0, maxNameBytes).trim();
}

/** Says what a statement waits for, and for whom. */
export function describeLockWait({mode, what, blockers}: LockWait, statement: string): string {
	const holders = blockers.map(({pid, applicationName, state, statement: held}) =>
		`  held by:  ${applicationName || 'a session without a name'} (pid ${pid}${state === 'active' ? '' : `, ${state}`}): ${shorten(held)}`);
	return [
		'A statement of this test has waited for a lock for more than a second.',
		`  waiting:  ${shorten(statement)}`,
		...holders,
		`  lock:     ${mode} on ${what}`,
	].join('\n');
}
