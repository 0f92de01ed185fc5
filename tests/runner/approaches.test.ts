import test from 'ava';
import {tddParallelSafe} from 'dataflow-tdd/ava';
import {outcomes, withProject} from '../helpers/run-ava.ts';

test('bothApproaches runs a test in both ways with the same assertions, and says what was saved', tddParallelSafe, async (t, {url, pool}) => {
	await pool.query('drop schema public cascade; create schema public; create table users (id int generated always as identity, name text, email text)');
	const project = await withProject(t, 'approaches');
	const run = await project.run({env: {TRADITIONAL_URL: url}, args: ['--tap']});
	t.deepEqual(outcomes(run), {
		'a user is stored (traditional)': true,
		'a user is stored (TDD)': true,
		'another fixture can be used (traditional)': true,
		'another fixture can be used (TDD)': true,
		'assertions hold for both (traditional)': true,
		'assertions hold for both (TDD)': false,
		'approaches are checked': true,
	}, run.output);
	t.regex(run.stdout, /traditional +TDD +saved/);
	t.regex(run.stdout, /time +[\d.]+ ms +[\d.]+ ms +(?:\d+ %|none)/);
	t.regex(run.stdout, /lines +1 +4 +none/, 'a loss is told, too');
	t.regex(run.stdout, /lines +9 +2 +78 %/);
});
