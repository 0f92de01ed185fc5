import test from 'ava';
import {placesOf} from './checked.ts';

const withComments = (file: string, before: string, behind = ''): readonly string[] => placesOf('use-fixture', [
	file, 'import test from \'ava\';', 'import pg from \'pg\';', 'const pool = new pg.Pool();', before, `test('a user', async t => {${behind}`, '\tt.truthy(await pool.query(\'select 1\'));', '});', '',
].join('\n'));

test('a comment with a reason lets a breach pass: before its line, in its line, or for the file', t => {
	t.is(withComments('', '').length, 1);
	t.deepEqual(withComments('', '// dataflow-tdd-ignore use-fixture: the driver itself is under test'), []);
	t.deepEqual(withComments('', '', ' // dataflow-tdd-ignore use-fixture: the driver itself is under test'), []);
	t.deepEqual(withComments('', '/* dataflow-tdd-ignore no-shared-client, use-fixture: the driver itself is under test */\n// as it says'), []);
	t.deepEqual(withComments('// dataflow-tdd-ignore-file use-fixture: the driver itself is under test', ''), []);
});

test('a comment without a reason, of another rule, or elsewhere lets nothing pass', t => {
	for (const comment of ['// dataflow-tdd-ignore use-fixture', '// dataflow-tdd-ignore use-fixture:', '// dataflow-tdd-ignore no-shared-client: for a reason', '// dataflow-tdd-ignore use-fixture: for a reason\n\n']) {
		t.is(withComments('', comment).length, 1, comment);
	}

	t.is(withComments('// dataflow-tdd-ignore use-fixture: for a reason', '').length, 1);
});

test('a comment behind code speaks for its own line only, and one of many lines for all of them', t => {
	t.is(withComments('', 'const own = 1; // dataflow-tdd-ignore use-fixture: for a reason').length, 1);
	t.deepEqual(withComments('', '/* dataflow-tdd-ignore use-fixture: for a reason\n\tthat takes two lines */'), []);
	const code = 'import test from \'ava\';\nimport pg from \'pg\';\nconst pool = new pg.Pool();\n/* dataflow-tdd-ignore use-fixture: for a reason\n\tthat is long */ test(\'a user\', async t => t.truthy(await pool.query(\'select 1\')));\n';
	t.deepEqual(placesOf('use-fixture', code), []);
});
