import test from 'ava';
import {outcomes, withProject} from '../helpers/run-ava.ts';

test('G15 R: the option role is in force for every test that does not say otherwise, and who passes by policies is told once a file', async t => {
	t.timeout(110_000);
	const project = await withProject(t, 'roles');
	const run = await project.run({args: ['--tap']});
	t.is(run.exitCode, 0, run.output);
	t.deepEqual(Object.values(outcomes(run)), [true, true, true, true, true]);
	t.is(run.output.split('whom row-level security does not bind').length, 2, run.output);
	t.regex(run.output, /This test used notes as .* \.with\(\{role: 'fixture_app'\}\)/);

	const other = await project.run({args: ['--tap'], env: {DATAFLOW_TDD_ROLE: 'nobody_made_this'}});
	t.is(other.exitCode, 1);
	t.regex(other.output, /ERR_CONTEXT_ROLE/);
});
