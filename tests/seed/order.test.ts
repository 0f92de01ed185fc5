import test from 'ava';
import type {FoundPack} from '#lib/seed/catalog.js';
import {orderPacks} from '#lib/seed/order.js';

/** A folder of packs, given what each of them needs. */
function folder(needs: Readonly<Record<string, readonly string[]>>): Map<string, FoundPack> {
	return new Map(Object.entries(needs).map(([name, list]) => [name, {kind: 'sql', name, file: `${name}.sql`, needs: list}]));
}

function order(needs: Readonly<Record<string, readonly string[]>>, asked: readonly string[]): string[] {
	return orderPacks(folder(needs), asked).map(({name}) => name);
}

test('a pack comes after what it needs', t => {
	t.deepEqual(order({a: ['z'], z: ['m'], m: []}, ['a']), ['m', 'z', 'a']);
});

test('a pack that several others need comes once', t => {
	t.deepEqual(order({base: [], left: ['base'], right: ['base'], top: ['left', 'right']}, ['top']), ['base', 'left', 'right', 'top']);
});

test('packs that nothing asks for are left out', t => {
	t.deepEqual(order({a: [], b: ['a'], c: []}, ['b']), ['a', 'b']);
	t.deepEqual(order({a: []}, []), []);
});

test('the order does not depend on how packs are listed, or need each other', t => {
	const expected = ['base', 'a', 'b', 'c'];
	t.deepEqual(order({c: ['b', 'a'], b: ['base'], a: ['base'], base: []}, ['c']), expected);
	t.deepEqual(order({base: [], a: ['base'], b: ['base'], c: ['a', 'b']}, ['c']), expected);
});

test('the order does not depend on the order in which packs are asked for', t => {
	const needs = {base: [], a: ['base'], b: ['base'], c: []};
	t.deepEqual(order(needs, ['c', 'b', 'a']), order(needs, ['a', 'b', 'c']));
	t.deepEqual(order(needs, ['b', 'b', 'a', 'c', 'base']), order(needs, ['a', 'b', 'c']));
});

// Asked as ['c'] the same four packs come as base, a, b, c: ids differ where `a` and `b` fill one table.
test('packs that are needed anyway may be asked for as well', t => {
	const needs = {base: [], a: ['base'], b: ['base'], c: ['a', 'b']};
	t.deepEqual(order(needs, ['b', 'c']), order(needs, ['c']));
});

test('G36: packs that need each other in a circle are an error that shows the circle', t => {
	const needs = {start: ['a'], a: ['b'], b: ['c'], c: ['a']};
	t.throws(() => order(needs, ['start']), {code: 'ERR_SEED_CYCLE', name: 'SeedError', message: /circle: a -> b -> c -> a\./});
});

test('G36: a pack that needs itself is a circle', t => {
	t.throws(() => order({a: ['a']}, ['a']), {code: 'ERR_SEED_CYCLE', message: /circle: a -> a\./});
});

test('a circle that nobody asks for does no harm', t => {
	t.deepEqual(order({a: ['b'], b: ['a'], c: []}, ['c']), ['c']);
});

test('a pack that is not there is an error that lists those that are', t => {
	t.throws(() => order({shop: [], loyalty: ['shop']}, ['shoe']), {code: 'ERR_SEED_UNKNOWN', name: 'SeedError', message: /^There is no seed pack called 'shoe'\. The packs are: loyalty, shop\./});
});

test('G36: a need that is not there is an error that names who needs it', t => {
	t.throws(() => order({top: ['middle'], middle: ['people']}, ['top']), {code: 'ERR_SEED_UNKNOWN', message: /^There is no seed pack called 'people', which 'middle' needs\./});
});

test('an empty folder is an error that says so', t => {
	t.throws(() => order({}, ['shop']), {code: 'ERR_SEED_UNKNOWN', message: /The seeds folder holds no packs\./});
});
