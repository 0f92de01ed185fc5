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

test('code that connects by the environment gets ERR_CONTEXT_URL from pg, postgres.js and psql, and a way in from tddParallelSafe', t => {
	for (const claim of [
		'pg is refused by name, by DATABASE_URL and by the PG variables', 'postgres.js is refused by name', 'psql is refused by name',
		'a client that speaks something else is hung up on', 'the url of tddParallelSafe is a way in',
	]) {
		t.is(passed[`stray › ${claim}`], true, `${claim}\n${run.output}`);
	}

	const reason = /There is no psql on this machine/.exec(run.output)?.[0];
	if (reason) {
		t.log(reason);
	}
});

test('no test of the project failed', t => {
	t.is(run.exitCode, 0, run.output);
	t.deepEqual(Object.values(passed).filter(outcome => !outcome), []);
});

test.serial('a variable by which a project says where its tests are to connect is let through, and no other', async t => {
	const own = await project.run({args: ['--tap', '--config', 'own.config.mjs']});
	t.deepEqual(outcomes(own), {'the variable that the project has named is its own, and no other': true}, own.output);
});
