import type {Kysely} from 'kysely';
import {expectError, expectType} from 'tsd';
import {test, type TestContext as VitestContext} from 'vitest';
import {bothApproaches, performanceMonitoredTest, tddDataflow, tddParallelSafe, tddSeededData, tddTestContext} from 'dataflow-tdd/vitest';
import {withTdd} from 'dataflow-tdd/vitest/config';
import type {DB} from '../tdd-env.js';

test('t is the one of Vitest, and the context is typed by the registration', tddTestContext(async (t, {db, connection}) => {
	expectType<VitestContext>(t);
	expectType<Kysely<DB>>(db);
	expectType<number>(await connection.execute('select 1'));
	expectError(db.selectFrom('no_such_table'));
}));

test('options are typed', {retry: 2}, tddTestContext.with({isolationLevel: 'serializable'})(async (_t, {db}) => {
	expectType<Kysely<DB>>(db);
}));
expectError(tddTestContext.with({isolationLevel: 'sometimes'}));
expectError(tddTestContext('text'));

test('packs and their results are typed', tddSeededData('shop')(async (t, {data, models}) => {
	expectType<VitestContext>(t);
	expectType<number>(data.shop.openOrder.id);
	expectError(data.noSuchPack);
	expectType<number>((await models.orders.find(1))!.id);
}));
expectError(tddSeededData('no such pack'));

test('clones are typed', tddParallelSafe.with({seeds: ['shop']})(async (_t, {data, connect}) => {
	expectType<Kysely<DB>>(await connect());
	expectType<number>(data.shop.openOrder.id);
}));
test('models are typed', tddDataflow(async (_t, {df}) => {
	expectType<number>(await df.users.count());
}));
test('monitoring is typed', performanceMonitoredTest.with({thresholds: {seven: {durationMs: 7}}, seeds: ['shop']})(async (_t, {metricsCollector, data}) => {
	expectType<number>(await metricsCollector.measure('seven', async () => 7));
	expectType<number>(data.shop.openOrder.id);
}));

test.for([1, 2])('%i is a case', tddTestContext(async (t, _context, value: number) => {
	expectType<VitestContext>(t);
	expectType<number>(value);
}));

bothApproaches('both', {traditional: () => 7, tdd: async (_t, {db}) => {
	expectType<Kysely<DB>>(db);
	return 7;
}}, (t, result) => {
	expectType<VitestContext>(t);
	expectType<number>(result);
});

withTdd({test: {include: ['tests/*.test.ts']}}, {server: 'embedded'});
expectError(withTdd({}, {serve: 'embedded'}));
