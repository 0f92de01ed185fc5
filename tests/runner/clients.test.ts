import test from 'ava';
import {makeProject, outcomes, type AvaRun, type Project} from '../helpers/run-ava.ts';

let project: Project;
let run: AvaRun;
let passed: Readonly<Record<string, boolean>>;

test.before(async t => {
	t.timeout(110_000);
	project = await makeProject('clients');
	run = await project.run({args: ['--tap']});
	passed = outcomes(run);
});

test.after.always(async () => {
	await project.remove();
});

const claims = [
	'what was committed is seen by the test and gone in the next: first',
	'what was committed is seen by the test and gone in the next: second',
	'a transaction that fails keeps nothing, and the next one works',
	'a nested transaction that fails takes only itself',
	'work at once is put in order',
];

for (const [file, name] of Object.entries({pg: 'plain pg', drizzle: 'Drizzle', knex: 'Knex', typeorm: 'TypeORM', prisma: 'Prisma\'s adapter for pg'})) {
	test(`G02 R: code that uses ${name} joins the rollback`, t => {
		for (const claim of claims) {
			t.is(passed[`${file} › ${claim}`], true, `${claim}\n${run.output}`);
		}
	});
}

for (const claim of [
	'a pool is a pg.Pool, whether pg was imported or required',
	'several statements in one text are told apart by PostgreSQL\'s own scanner',
	'a statement that fails shows the line that sent it',
]) {
	test(claim, t => {
		t.is(passed[`pg › ${claim}`], true, run.output);
	});
}

test('no test of the project failed', t => {
	t.is(run.exitCode, 0, run.output);
	t.deepEqual(Object.values(passed).filter(outcome => !outcome), []);
});
