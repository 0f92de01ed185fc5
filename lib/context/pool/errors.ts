import {ContextError} from '../../errors.ts';
import {shorten} from '../errors.ts';

/** The first half of a two-phase commit was sent in a rollback context. */
export function twoPhaseCommit(statement: string, inClone: string): ContextError {
	return new ContextError('ERR_CONTEXT_STATEMENT', {
		what: `\`${shorten(statement)}\` cannot run in a rollback context.`,
		why: 'A prepared transaction outlives its connection, and the transaction of a test can only be rolled back.',
		fix: inClone,
	});
}
