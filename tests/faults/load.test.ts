import {rmSync} from 'node:fs';
import path from 'node:path';
import {assertClean, makeFaultProject} from './fault-project.ts';
import {onEach, started} from './grounds.ts';

onEach(started, 'G24: 200 contexts that are asked for at once in one file are all served', async (t, ground) => {
	const project = await makeFaultProject(t, ground, 'many');
	const {exitCode, output} = await project.run();
	const since = {fault: '200 contexts at once in one file', at: performance.now()};
	t.is(exitCode, 0, output);
	t.regex(output, /200 tests passed/);
	await assertClean(t, project, since);
});

/** Twenty tests that all insert the same unique key. */
const file = `import test from 'ava';
import {tddTestContext} from 'dataflow-tdd/ava';

for (let number = 1; number <= 20; number++) {
	test(\`test \${number}\`, tddTestContext, async (t, {db, connection}) => {
		await db.insertInto('users').values({name: 'Ada', email: 'ada@example.com'}).execute();
		t.is(await connection.fetchValue('select count(*)::int from users'), 1);
	});
}
`;

onEach(started, 'G01: 2,000 tests in 100 files all pass', async (t, ground) => {
	const project = await makeFaultProject(t, ground, 'many');
	rmSync(path.join(project.dir, 'tests/two-hundred.test.ts'));
	await Promise.all(Array.from({length: 100}, async (_, index) => project.write(`tests/file-${index}.test.ts`, file)));
	const run = await project.start({args: ['--concurrency=2']});
	const {exitCode, output} = await run.ended;
	const since = {fault: '2,000 tests in 100 files', at: performance.now()};
	t.is(exitCode, 0, output);
	t.regex(output, /2000 tests passed/);
	await assertClean(t, project, since);
});
