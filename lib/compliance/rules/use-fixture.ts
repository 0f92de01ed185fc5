import {databaseUsesIn} from '../database-use.ts';
import type {Check} from '../finding.ts';
import {titleOf} from './words.ts';

/** Finds tests of AVA that use a database of their own, where their implementation is the body itself. */
export const useFixture: Check = file => file.tests.filter(({runner, isPlain}) => runner === 'ava' && isPlain).flatMap(test => {
	const [use] = test.body ? databaseUsesIn(test.body, file) : [];
	return use ? [{
		node: test.titleNode ?? test.node,
		what: `${titleOf(test)} uses a database without a fixture: ${use.client.name}, in line ${file.lineOf(use.node.range[0])}.`,
		why: 'What it writes there stays for other tests, and tests that run at the same time meet in it.',
		how: 'Take the database from a fixture: test(title, tddTestContext, async (t, {db, connection, pool}) => {...}).',
	}] : [];
});
