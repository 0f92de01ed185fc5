import type {IsolationLevel} from 'kysely';
import {resetSequences, type SequenceState} from '../postgres/catalog.ts';
import {quoteLiteral} from '../postgres/identifiers.ts';
import {becomeRole, type TakenRole} from '../postgres/roles.ts';
import {roleRefused} from './errors.ts';
import {setBase} from './guards.ts';
import {readToken} from './transaction-end.ts';

/** How the transaction of a test begins. */
export interface TransactionOptions {
	readonly isolationLevel: IsolationLevel;
	/** Sequences to put back to where they stand in the template. */
	readonly sequences: readonly SequenceState[];
	/** The sentence with which errors point to clones. */
	readonly inClone: string;
	/** As whom the test runs; undefined for the harness's own user. */
	readonly role: TakenRole | undefined;
	/** What others see of the connection while it works for the test; undefined for what it was opened with. */
	readonly applicationName: string | undefined;
	/** Object ids of tables of which to tell, at the end, whether they were used past their policies. */
	readonly securedTables: readonly number[];
}

/** The statements that begin the transaction of a test, in one text; the last one answers with its time stamp. */
export function beginText({isolationLevel, sequences, role, applicationName}: TransactionOptions): string {
	const name = applicationName === undefined ? '' : `set local application_name to ${quoteLiteral(applicationName)}`;
	// Sequences are put back by their owner, so before the role is taken on.
	const steps = [`begin isolation level ${isolationLevel}`, name, resetSequences(sequences), role ? becomeRole(role) : '', setBase, readToken];
	return steps.filter(step => step !== '').join('; ');
}

/** SQLSTATEs 22023 and 42501: there is no such role, or it may not be taken on. */
export function explainBegin(error: Error & {code?: string}, {role}: Pick<TransactionOptions, 'role'>): Error {
	return role && (error.code === '22023' || error.code === '42501') ? roleRefused(role, error) : error;
}
