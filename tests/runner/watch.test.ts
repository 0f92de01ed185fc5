import {watch} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {readLatestRun} from '#lib/monitor/run-store.js';
import {withProject} from '../helpers/run-ava.ts';

/** Why AVA's watch mode cannot work here; nothing where it can. */
async function whyNot(): Promise<string | undefined> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'dataflow-tdd-watch-'));
	try {
		watch(folder, {recursive: true}).close();
		return undefined;
	} catch (error) {
		return (error as Error).message;
	} finally {
		await rm(folder, {recursive: true});
	}
}

test('watch mode runs on, and the next run uses an edited schema', async t => {
	const reason = await whyNot();
	if (reason !== undefined) {
		t.log(`not tested, because fs.watch cannot watch folders in folders here: ${reason}`);
		t.pass();
		return;
	}

	t.timeout(110_000);
	const project = await withProject(t, 'watch');
	// Reports are written into the project: that must not begin another run.
	const run = project.start({args: ['--watch'], env: {CI: undefined, DATAFLOW_TDD_REPORT: 'summary,json'}});
	t.teardown(() => {
		if (!t.passed) {
			t.log(run.output());
		}
	});
	await run.waitFor(/columns: id,name;[^]*1 test passed[^]*dataflow-tdd: 1 test in [^]*1 passed/);
	t.is(readLatestRun(project.folder)?.files.length, 1);

	const first = run.output().length;
	await writeFile(path.join(project.folder, 'schemas/002_email.sql'), 'alter table users add column email text;\n');
	await run.waitFor(/columns: id,name,email;[^]*1 test passed[^]*dataflow-tdd: 1 test in [^]*1 passed/, first);
	t.is(readLatestRun(project.folder)?.files.length, 1, 'each run in watch mode is one of its own');

	const second = run.output().length;
	await writeFile(path.join(project.folder, 'schemas/002_email.sql'), 'alter table users add column email text references nowhere;\n');
	await run.waitFor(/relation "nowhere" does not exist/, second);

	const third = run.output().length;
	await writeFile(path.join(project.folder, 'schemas/002_email.sql'), 'alter table users add column phone text;\n');
	await run.waitFor(/columns: id,name,phone;[^]*1 test passed[^]*wrote json/, third);
	t.is(run.output().match(/dataflow-tdd: wrote json/g)?.length, 3, 'a run for each edit, and for no report');
	await run.stop();
	t.pass();
});
