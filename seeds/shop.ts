import {defineSeedPack} from 'dataflow-tdd';

export const shop = defineSeedPack<any>()({
	name: 'shop',
	async load(db) {
		const ada = await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).returning(['id', 'email']).executeTakeFirstOrThrow();
		const openOrder = await db.insertInto('orders').values({user_id: ada.id, status: 'open'}).returning(['id']).executeTakeFirstOrThrow();
		return {ada, openOrder, at: new Date(0)};
	},
});
