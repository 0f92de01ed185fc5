import test from 'ava';
import {defineSeedPack, isSeedPack} from '#lib/seed/pack.js';

const shop = defineSeedPack()({name: 'shop', load: () => ({id: 1})});

test('a pack needs nothing by default', t => {
	t.deepEqual(shop.needs, {});
});

test('a list of needs comes under the names of the packs', t => {
	const pack = defineSeedPack()({name: 'loyalty', needs: [shop, 'people'], load: (_db, {shop: {id}, people}) => ({id, people})});
	t.deepEqual(pack.needs, {shop, people: 'people'});
});

test('an object of needs comes under its own keys', t => {
	const pack = defineSeedPack()({name: 'loyalty', needs: {store: shop, humans: 'people'}, load: (_db, {store: {id}, humans}) => ({id, humans})});
	t.deepEqual(pack.needs, {store: shop, humans: 'people'});
});

test('what defineSeedPack returned is a pack, and nothing else is', t => {
	t.true(isSeedPack(shop));
	t.false(isSeedPack({name: 'shop', needs: {}, load() {}}));
	t.false(isSeedPack(null));
	t.false(isSeedPack('shop'));
});
