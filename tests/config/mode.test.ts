import process from 'node:process';
import test from 'ava';
import {isTddMode, modeVariable, outsideOfTests} from '#lib/config/mode.js';

test.serial('tests know by DATAFLOW_TDD_MODE whether they run through the harness', t => {
	const before = process.env[modeVariable];
	t.teardown(() => {
		process.env[modeVariable] = before;
	});
	for (const value of ['true', 'yes', '1', 'on', 'enabled', 'On', 'TRUE']) {
		process.env[modeVariable] = value;
		t.true(isTddMode(), value);
	}

	for (const value of ['', '0', 'false', 'off', 'no', 'disabled', 'maybe']) {
		process.env[modeVariable] = value;
		t.false(isTddMode(), value);
	}

	delete process.env[modeVariable];
	t.false(isTddMode());
});

test.serial('a worker that withTdd has set up is in that mode', t => {
	t.is(modeVariable, 'DATAFLOW_TDD_MODE');
	t.true(isTddMode());
});

test('what a test run has changed in an environment is put back outside of it', t => {
	const outside = JSON.stringify({DATABASE_URL: 'postgres://app@db/app', PGHOST: null});
	t.deepEqual(outsideOfTests({DATABASE_URL: 'postgres://signpost', PGHOST: '127.0.0.1', HOME: '/home', DATAFLOW_TDD_OUTSIDE: outside}), {
		DATABASE_URL: 'postgres://app@db/app', PGHOST: undefined, HOME: '/home',
	});
	t.deepEqual(outsideOfTests({DATAFLOW_TDD_RUN: '/a/run', HOME: '/home'}), {HOME: '/home'}, 'another run writes elsewhere');
	t.deepEqual(outsideOfTests({DATABASE_URL: 'postgres://app'}), {DATABASE_URL: 'postgres://app'});
});
