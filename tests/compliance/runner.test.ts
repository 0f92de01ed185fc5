import test from 'ava';
import {placesOf} from './checked.ts';

const pool = 'import pg from \'pg\';\nconst pool = new pg.Pool();\n';
const uses = (code: string): readonly string[] => placesOf('use-fixture', `import test from 'ava';\n${pool}${code}`);
const emptied = (code: string): readonly string[] => placesOf('no-manual-cleanup', code);

test('a test is one without a title, and by the name of its body', t => {
	t.deepEqual(uses('test(async t => t.truthy(await pool.query(\'select 1\')));'), ['4:1 test(async t => t.truthy(await pool.query(\'select 1\')))']);
	t.deepEqual(uses('async function body(t) { t.truthy(await pool.query(\'select 1\')); }\ntest(\'a user\', body);'), ['5:6 \'a user\'']);
	t.deepEqual(uses('const body = async t => t.truthy(await pool.query(\'select 1\'));\ntest.serial.only(\'a user\', body);'), ['5:18 \'a user\'']);
});

test('a macro is no test, and a body behind a macro is the macro\'s', t => {
	t.deepEqual(uses('const stored = test.macro(async t => t.truthy(await pool.query(\'select 1\')));\ntest.todo(\'later\');'), []);
	t.deepEqual(uses('test(\'a user\', withSomething, async t => t.truthy(await pool.query(\'select 1\')));'), []);
	t.deepEqual(placesOf('no-database-per-test', `import test from 'ava';\nimport pg from 'pg';\nimport {macro} from './macro.js';\ntest('a user', macro, async t => t.truthy(new pg.Pool()));`), ['4:43 new pg.Pool()']);
});

test('tests of node:test, Vitest, Jest and Mocha are known however they are imported', t => {
	const hook = 'afterEach(async () => pool.query(\'truncate users\'));';
	for (const code of [
		`import test, {afterEach} from 'node:test';\n${hook}\ntest('a', () => {});`, `import {afterEach, it} from 'vitest';\n${hook}\nit('a', () => {});`, `${hook}\nit.each([1])('a', () => {});\nit('b', () => {});`,
		`import * as runner from 'node:test';\nrunner.${hook}\nrunner.test('a', () => {});`,
	]) {
		t.is(emptied(code).length, 1, code);
	}

	t.deepEqual(emptied(`function it() {}\n${hook}\nit('a', () => {});`), []);
	t.deepEqual(placesOf('no-manual-cleanup', `${hook}\nit('a', () => {});`, 'tests/helper.ts'), []);
});

test('a fixture around a body is the fixture of its test, with options, packs and cases', t => {
	const unlimited = (door: string, one: string): readonly string[] => placesOf('mark-performance-tests', `import {test} from '${door === 'vitest' ? 'vitest' : 'node:test'}';\nimport {tddSeededData, tddTestContext} from 'dataflow-tdd/${door}';\n${one}`);
	for (const door of ['vitest', 'node-test']) {
		t.is(unlimited(door, 'test(\'performance: users\', tddTestContext(async (t, {db}) => { await db; }));').length, 1, door);
		t.is(unlimited(door, 'test(\'performance: users\', {timeout: 100}, tddSeededData(\'shop\')(async (t, {db}) => { await db; }));').length, 1, door);
		t.deepEqual(unlimited(door, 'test(\'performance: users\', {timeout: 100}, tddTestContext.with({budgetMs: 5})(async (t, {db}) => { await db; }));'), []);
		t.deepEqual(unlimited(door, 'const fast = tddSeededData(\'shop\').with({budgetMs: 5});\ntest(\'performance: users\', fast(async (t, {db}) => { await db; }));'), []);
	}

	t.is(unlimited('vitest', 'test.for([1])(\'performance: users\', tddTestContext(async (t, {db}, value) => { await db; }));').length, 1);
	const made = (one: string): readonly string[] => placesOf('no-database-per-test', `import {test} from 'vitest';\nimport pg from 'pg';\nimport {tddTestContext} from 'dataflow-tdd/vitest';\n${one}`);
	t.is(made('test(\'users\', tddTestContext(async t => { new pg.Pool(); }));').length, 1);
});

test('options of a fixture add up', t => {
	const code = (options: string): string => `import test from 'ava';\nimport {tddTestContext} from 'dataflow-tdd/ava';\ntest('performance: users', tddTestContext${options}, async (t, {db}) => t.truthy(db));`;
	t.deepEqual(placesOf('mark-performance-tests', code('.with({budgetMs: 5}).with({seeds: [\'shop\']})')), []);
	t.is(placesOf('mark-performance-tests', code('.with({seeds: [\'shop\']})')).length, 1);
});

test('beside a runner that is imported, globals are nobody\'s', t => {
	t.deepEqual(emptied('import test from \'ava\';\nafterEach(async () => pool.query(\'truncate users\'));\ntest(\'a\', t => t.pass());'), []);
});

test('what stands in a group runs when the file is loaded', t => {
	for (const group of ['describe', 'suite', 'context']) {
		t.deepEqual(placesOf('no-database-per-test', `import {it} from 'vitest';\nimport pg from 'pg';\n${group}('users', () => {\n\tconst pool = new pg.Pool();\n\tit('a user', () => pool);\n});`), ['4:15 new pg.Pool()'], group);
	}

	t.deepEqual(placesOf('no-database-per-test', 'import {it} from \'vitest\';\nimport pg from \'pg\';\nlater(() => new pg.Pool());\nit(\'a user\', () => {});'), []);
});
