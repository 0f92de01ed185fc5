import test from 'ava';
import {tddTestContext, tddDataflow, tddSeededData} from 'dataflow-tdd/ava';

for (let i = 0; i < 3; i++) test('a user is stored '+i, tddTestContext, async (t, {db, connection}) => {
  await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
  t.is(await connection.fetchValue('select count(*)::int from users where email = $1', ['ada@example.com']), 1);
});
test('an order can be paid', tddSeededData('shop'), async (t, {db, data, models, context}) => {
  t.is((await models.orders.find(data.shop.openOrder.id))?.status, 'open');
});
test('df', tddDataflow, async (t, {df}) => {
  const u = await df.users.create({name: 'x', email: 'x@example.com'});
  t.is(u.name, 'x'); t.is(await df.users.count(), 1);
  t.like(await df.users.update(u.id, {name:'y'}), {name: 'y'});
  t.is((await df.users.list({name: ['y','z']}, {orderBy: 'name'})).length, 1);
  t.is(await df.users.delete(u.id), 1);
});
test('failed statement', tddTestContext, async (t, {db, connection}) => {
  await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
  await t.throwsAsync(connection.execute('select nonsense'));
  await db.transaction().execute(async trx => { await trx.insertInto('users').values({name: 'B', email: 'b@example.com'}).execute(); });
  t.is(await connection.fetchValue('select count(*)::int from users'), 2);
});
