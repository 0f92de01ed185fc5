import {cp, readFile, readdir} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {tddParallelSafe} from 'dataflow-tdd/ava';
import {folderFor} from '../helpers/folder.ts';
import {linkProject, outcomes} from '../helpers/run-ava.ts';

const steps = path.join(import.meta.dirname, 'fixtures/migration');

// docs/migration.md tells of these steps; each of them is what a commit would change.
test('a suite made by hand is taken over step by step and passes after each, and what then still connects on its own fails by name', tddParallelSafe.with({budgetMs: 60_000}), async (t, {url, pool}) => {
	t.timeout(110_000);
	const folder = await folderFor(t);
	await pool.query('drop schema public cascade; create schema public');
	const names = (await readdir(steps)).toSorted();
	t.is(names.length, 7);
	await cp(path.join(steps, names[0]!), folder, {recursive: true});
	const project = await linkProject(t, folder);
	await pool.query(await readFile(path.join(folder, 'db/migrations/001_shop.sql'), 'utf8'));
	for (const name of names) {
		await cp(path.join(steps, name), folder, {recursive: true});
		const env = name === '6-alone' ? {} : {DATABASE_URL: url};
		const run = await project.run({args: ['--tap'], env});
		t.is(run.exitCode, 0, `${name}\n${run.output}`);
		t.is(Object.keys(outcomes(run)).length, name === '0-by-hand' || name === '1-beside' || name === '6-alone' ? 6 : 8, run.output);
	}

	// What is left of the old way by mistake fails by name: in the same project, whose server is there already.
	await cp(path.join(steps, '0-by-hand/tests/users.test.js'), path.join(folder, 'tests/users.test.js'));
	const run = await project.run({args: ['tests/users.test.js']});
	t.is(run.exitCode, 1);
	t.regex(run.output, /ERR_CONTEXT_URL: Code in this test run opened a connection of its own/);
});
