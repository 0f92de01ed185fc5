import {rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {outcomes, withProject} from '../helpers/run-ava.ts';

test.serial('fixtures work without withTdd', async t => {
	t.timeout(110_000);
	const project = await withProject(t, 'plain');
	const run = await project.run({args: ['--tap']});
	t.is(run.exitCode, 0, run.output);
	t.is(Object.keys(outcomes(run)).length, 4);
});

test.serial('a broken schema ends AVA with one message that names file, line and statement; mended, the next run passes', async t => {
	t.timeout(110_000);
	const project = await withProject(t, 'broken-schema');
	const run = await project.run({args: ['--tap']});
	t.is(run.exitCode, 1, run.output);
	t.regex(run.output, /schemas\/002_broken\.sql:2/);
	t.regex(run.output, /create table orders/);
	t.regex(run.output, /relation "userz" does not exist/);
	t.is(run.output.match(/relation "userz" does not exist/g)?.length, 1, run.output);
	t.notRegex(run.output, /^\s+at /m, 'a stack of the harness tells a user nothing');

	const again = await project.run({args: ['--tap']});
	t.is(again.exitCode, 1, again.output);
	t.regex(again.output, /relation "userz" does not exist/);

	await writeFile(path.join(project.folder, 'schemas/002_broken.sql'), 'create table orders (id integer primary key, user_id integer references users (id));\n');
	const mended = await project.run({args: ['--tap']});
	t.is(mended.exitCode, 0, mended.output);
	t.is(Object.keys(outcomes(mended)).length, 4);
});

test.serial('a wrong option is one message of three sentences', async t => {
	const project = await withProject(t, 'wrong-option');
	const run = await project.run();
	t.is(run.exitCode, 1, run.output);
	t.regex(run.output, /The option 'worker' in the second argument of withTdd is not known\. It may be a slip for 'workers'\. Use one of: schemas, /);
	t.is(run.output.match(/The option 'worker'/g)?.length, 1, run.output);
});

test.serial('a test that never ends is reported by AVA\'s time-out', async t => {
	t.timeout(60_000);
	const project = await withProject(t, 'hanging');
	const run = await project.run();
	t.is(run.exitCode, 1, run.output);
	t.regex(run.output, /Timed out while running tests/);
	t.regex(run.output, /waits for nothing/);
	t.regex(run.output, /waits for a query/);
});

test.serial('a project without schemas says where it looked', async t => {
	t.timeout(60_000);
	const project = await withProject(t, 'plain');
	await rm(path.join(project.folder, 'schemas'), {recursive: true});
	const run = await project.run({args: ['--tap']});
	t.is(run.exitCode, 1, run.output);
	t.true(run.output.includes(path.join(project.folder, 'schemas')) || /\bschemas\b/.test(run.output), run.output);
});
