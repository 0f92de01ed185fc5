import test from 'ava';
import {figuresOf, measureComprehensivePerformance, measureTddPerformance} from 'dataflow-tdd';
import {measureTddPerformance as fromAva, tddParallelSafe, tddSeededData, tddTestContext} from 'dataflow-tdd/ava';
import {freshSchema, makeProject, runNode} from '../helpers/project.ts';

const names = ['individualTest', 'fixtureSetup', 'connectionAcquisition', 'schemaOperation'] as const;

test.serial('each of the four figures is measured as often as was asked, under both of its names', async t => {
	const current = await measureTddPerformance({samples: 7});
	t.deepEqual(Object.keys(current).toSorted(), names.flatMap(name => [name, `${name}TargetMs`]).toSorted());
	for (const name of names) {
		const {medianMs, p95Ms, samples, warmUps, name: own} = current[name];
		t.is(own, name);
		t.is(samples, 7);
		t.true(warmUps > 0);
		t.true(medianMs > 0 && medianMs <= p95Ms, `${name}: ${medianMs} ${p95Ms}`);
		t.is(current[`${name}TargetMs`], medianMs);
	}

	t.deepEqual(names.map(name => current[name].targetMs), [100, 10, 5, 10]);
	t.true(current.individualTest.medianMs > current.connectionAcquisition.medianMs, 'a test holds what opens it');
	t.is(fromAva, measureTddPerformance);
});

test.serial('a test that has a context may measure: what is measured lies in another database', tddTestContext, async (t, {connection}) => {
	await connection.execute(`insert into users (name, email) values ('Ada', 'ada@example.com')`);
	const both = await Promise.all([measureTddPerformance({samples: 2}), measureTddPerformance({samples: 3})]);
	t.deepEqual(both.map(({individualTest}) => individualTest.samples), [2, 3]);
	t.is(await connection.fetchValue('select count(*)::int from users'), 1);
	t.is(await connection.fetchValue(`select to_regclass('tdd_measured.people')::text`), null);
});

test.serial('a test that asks for a pack makes it one of those that are measured', tddSeededData('shop'), async t => {
	t.true((await measureComprehensivePerformance({samples: 2})).seededContextMs! > 0);
});

test.serial('the wider set is plain numbers by name and unit, and the same in full beside', tddParallelSafe, async t => {
	const current = await measureComprehensivePerformance({samples: 4});
	const measured = [
		...names, 'statement', 'savepoint', 'transaction', 'seededContext', 'cloneFirstQuery', 'poolAcquisition', 'keeperRoundTrip',
	];
	const once = ['serverStartMs', 'heapUsedBytes', 'externalBytes', 'residentBytes', 'keeperResidentBytes'];
	t.deepEqual(Object.keys(current), [...measured.map(name => `${name}Ms`), ...once]);
	for (const [metric, value] of Object.entries(current)) {
		t.true(Number.isFinite(value) && value > 0, `${metric}: ${value}`);
	}

	t.deepEqual(Object.keys(JSON.parse(JSON.stringify(current))), Object.keys(current));
	const figures = figuresOf(current);
	t.deepEqual(figures.map(({name}) => name), measured);
	t.true(figures.every(({medianMs, p95Ms}) => medianMs <= p95Ms));
	t.true(figures.every(({name, samples}) => samples === (name === 'poolAcquisition' ? 40 : 4)));
	t.deepEqual(figuresOf({}), []);
});

test.serial('a number of samples that is none is an error', async t => {
	for (const samples of [0, -1, 1.5, Number.NaN]) {
		await t.throwsAsync(measureTddPerformance({samples}), {code: 'ERR_CONFIG_INVALID', message: /'samples' is .* whole number from 1/});
	}
});

/** Whatever table is made in a database of this schema waits at each insert. */
const slow = `
	create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(0.05); return null; end $$;
	create function slow_down() returns event_trigger language plpgsql as $$
		declare made text;
		begin
			for made in select object_identity from pg_event_trigger_ddl_commands() where command_tag = 'CREATE TABLE' loop
				execute format('create trigger dawdle before insert on %s for each statement execute function public.dawdle()', made);
			end loop;
		end $$;
	create event trigger slow_down on ddl_command_end when tag in ('CREATE TABLE') execute function slow_down();`;

test.serial('outside of tests a server is leased and given back, and a slow database shows in the figures', async t => {
	const options = {workers: 1, lingerMs: 60_000};
	const project = await makeProject(t, {options, files: {
		'package.json': JSON.stringify({type: 'module', 'dataflow-tdd': options}),
		'schemas/001.sql': freshSchema(slow),
		'measure.mjs': `import {measureTddPerformance, measureComprehensivePerformance} from 'dataflow-tdd';
			console.log(JSON.stringify([await measureTddPerformance({samples: 2}), await measureComprehensivePerformance({samples: 2})]));`,
	}});
	const keeper = await project.open('run');
	await project.prepare(keeper);
	const {status, stdout, stderr} = await runNode({cwd: project.dir, args: ['measure.mjs']});
	t.is(status, 0, stderr);
	const [current, all] = JSON.parse(stdout);
	t.true(current.individualTestTargetMs > 50, 'inserts wait in this database');
	t.is(current.individualTest.samples, 2);
	t.true(all.individualTestMs > 50);
	t.false('seededContextMs' in all, 'nobody has asked for a pack in this project');
	const {slots, leases} = await keeper.api.status();
	t.is(leases, 2);
	t.deepEqual(slots.map(({state}) => state), ['free']);
});
