import test, {describe, it, type TestContext as NodeTestContext} from 'node:test';
import type {Kysely} from 'kysely';
import {expectError, expectType} from 'tsd';
import {bothApproaches, memoryOptimizedTest, tddParallelSafe, tddSeededData, tddTestContext} from 'dataflow-tdd/node-test';
import {withTdd} from 'dataflow-tdd/node-test/setup';
import type {DB} from '../tdd-env.js';

void test('t is the one of node:test, and the context is typed by the registration', tddTestContext(async (t, {db, connection}) => {
	expectType<NodeTestContext>(t);
	expectType<Kysely<DB>>(db);
	expectType<number>(await connection.execute('select 1'));
	expectError(db.selectFrom('no_such_table'));
	await t.test('a subtest', tddTestContext(async (_t, {testId}) => {
		expectType<string>(testId);
	}));
}));

void describe('a group', () => {
	void it('has options', {timeout: 100}, tddTestContext.with({isolationLevel: 'serializable'})(async (_t, {db}) => {
		expectType<Kysely<DB>>(db);
	}));
});
expectError(tddTestContext.with({isolationLevel: 'sometimes'}));
expectError(tddTestContext('text'));

void test('packs and their results are typed', tddSeededData('shop')(async (t, {data}) => {
	expectType<NodeTestContext>(t);
	expectType<number>(data.shop.openOrder.id);
	expectError(data.noSuchPack);
}));
void test('clones are typed', tddParallelSafe.with({seeds: ['shop']})(async (_t, {data, connect}) => {
	expectType<Kysely<DB>>(await connect());
	expectType<number>(data.shop.openOrder.id);
}));
void test('memory is typed', memoryOptimizedTest.with({maxLeakBytes: 1})(async (_t, {tracker}) => {
	expectType<number>(tracker.peak.heapBytes);
}));

bothApproaches('both', {traditional: () => 7, tdd: async () => 7}, (t, result) => {
	expectType<NodeTestContext>(t);
	expectType<number>(result);
});

expectType<() => Promise<void>>(withTdd({server: 'embedded'}).globalSetup);
expectError(withTdd({serve: 'embedded'}));
