// What it teaches: the harness connects as a superuser, whom no permission and no policy binds. With `role`, a test runs as the
// application does in production, so it sees what is forbidden and what row-level security hides.
import test from 'ava';
import type {Kysely} from 'kysely';
import {tddTestContext} from 'dataflow-tdd/ava';
import type {DB} from '../../tdd-env.js';
import {listCities, onBehalfOf} from '../app/address-book.ts';

const asApplication = tddTestContext.with({role: 'shop_app'});
const asOwner = tddTestContext.with({role: 'shop_owner'});

async function createCustomer(db: Kysely<DB>, name: string): Promise<number> {
	const {id} = await db.insertInto('users').values({name, email: `${name}@example.com`}).returning('id').executeTakeFirstOrThrow();
	return id;
}

test('a policy passes: a customer sees addresses of their own', asApplication, async (t, {db}) => {
	const [ada, eve] = [await createCustomer(db, 'ada'), await createCustomer(db, 'eve')];
	await onBehalfOf(db, ada, async trx => trx.insertInto('addresses').values({user_id: ada, street: 'Analytical Row 1', city: 'London'}).execute());
	await onBehalfOf(db, eve, async trx => trx.insertInto('addresses').values({user_id: eve, street: 'Side Channel 2', city: 'Bristol'}).execute());

	t.deepEqual(await onBehalfOf(db, ada, listCities), ['London']);
	t.deepEqual(await onBehalfOf(db, eve, listCities), ['Bristol']);
});

test('a policy blocks: nobody writes the address of another', asApplication, async (t, {db}) => {
	const [ada, eve] = [await createCustomer(db, 'ada'), await createCustomer(db, 'eve')];
	const forged = onBehalfOf(db, eve, async trx => trx.insertInto('addresses').values({user_id: ada, street: 'Trapdoor 3', city: 'Bath'}).execute());
	await t.throwsAsync(forged, {message: /row-level security policy for table "addresses"/});
});

test('the application may do what it was granted, and no more', asApplication, async (t, {db, connection}) => {
	await t.throwsAsync(db.deleteFrom('orders').execute(), {message: 'permission denied for table orders'});
	await t.throwsAsync(connection.execute('alter table addresses disable row level security'), {message: 'must be owner of table addresses'});
	// As in production, there is no way back to a mightier user.
	await connection.execute('reset role');
	t.is(await connection.fetchValue('select current_user'), 'shop_app');
});

test('the owner is bound as well, because the policies are forced', asOwner, async (t, {connection}) => {
	t.is(await connection.fetchValue('select count(*)::int from addresses'), 0);
	await connection.execute('alter table addresses add column country text');
	t.is(await connection.fetchValue('select row_security_active(\'addresses\')'), true);
});
