import test, {type ExecutionContext} from 'ava';
import {optionsFromEnvironment} from '#lib/config/environment.js';
import {validateOptions} from '#lib/config/validate.js';
import {ConfigError} from '#lib/errors.js';

const place = 'dataflow-tdd.config.ts';

function refusal(t: ExecutionContext, options: unknown, where = place): ConfigError {
	return t.throws<ConfigError>(() => validateOptions(options, where), {instanceOf: ConfigError, code: 'ERR_CONFIG_INVALID'});
}

/** By option: values that cannot be used, and the words that say what can. */
const wrong: Readonly<Record<string, readonly [values: readonly unknown[], expected: string]>> = {
	schemas: [['', 7, null, [''], [7], {command: 'x'}, {command: '', inputs: []}, {command: 'x', inputs: ''}], 'a path, {command, inputs}, or a list of these'],
	seeds: [['', 7, null, ['seeds']], 'the path of a folder'],
	server: [['', 'docker', 5432, 'mysql://localhost/test', null], `'auto', 'container', 'embedded' or a postgres:// URL`],
	allowServers: [['db.abc.supabase.co', [''], [7], ['postgres://u:p@h/d'], ['db:5432'], ['u@db']], `a list of host names without ports, such as 'db.abc.supabase.co'`],
	strayConnections: [['keep', true, null], `'refuse' or 'allow'`],
	image: [['', 17], `the name of an image, such as 'postgres:17'`],
	binaries: [['', true], 'the path of a folder that holds postgres and initdb'],
	workers: [[0, -1, 1.5, '4', Number.NaN, Number.POSITIVE_INFINITY], 'a whole number from 1'],
	lanes: [[0, '1', null], 'a whole number from 1'],
	role: [['', 7, null], `the name of a role that the schema makes, such as 'shop_app'`],
	shuffle: [['always', 1.5, Number.NaN, true], `a whole number, or 'random'`],
	lingerMs: [[-1, '0', Number.NaN, Number.POSITIVE_INFINITY], 'a number of milliseconds from 0'],
	monitor: [['yes', true], `'on' or 'off'`],
	budgetMs: [[-0.1, '100', {default: '100'}, [100]], 'a number of milliseconds from 0, or such numbers by fixture: {default: 100, tddParallelSafe: 250}'],
	maxQueries: [[-1, 1.5, '4'], 'a whole number from 0'],
	repeatedStatements: [['error', true], `'warn', 'fail' or 'off'`],
	allowedRepeats: [['select', [1], ['']], 'a list of texts'],
	slowMs: [[-1, '50', Number.NaN], 'a number of milliseconds from 0'],
	onUnavailable: [['ignore', true], `'fail' or 'skip'`],
	fingerprint: [['v1', [1], ['']], 'a list of texts or paths'],
	historyFile: [['', 1], 'the path of a file'],
	report: [['full', false, 'junit=', ['summary', 'xml'], 'summary=x'], `'summary', 'none', or a list of 'summary', 'json', 'junit', 'html', 'trace', each file with its path if wanted: 'junit=out/junit.xml'`],
};

test('of a list, what is wrong is named', t => {
	t.true(refusal(t, {fingerprint: ['v1', 1]}).message.startsWith(`The option 'fingerprint' in ${place} is ["v1",1] (list), of which 1 is wrong. `));
	t.true(refusal(t, {fingerprint: [1, 2]}).message.startsWith(`The option 'fingerprint' in ${place} is [1,2] (list). `));
	t.true(refusal(t, {image: ['a', 'b']} as never).message.startsWith(`The option 'image' in ${place} is ["a","b"] (list). `));
});

for (const [option, [values, expected]] of Object.entries(wrong)) {
	test(`a wrong '${option}' is an error that names the option, the place and what is expected`, t => {
		for (const value of values) {
			const {message, hint} = refusal(t, {[option]: value});
			t.true(message.startsWith(`The option '${option}' in ${place} is `), message);
			t.true(message.includes(`It has to be ${expected}.`), message);
			t.is(hint, `Change it in ${place}.`);
		}
	});
}

const right: ReadonlyArray<Record<string, unknown>> = [
	{}, {schemas: 'db'}, {schemas: ['db', {command: 'prisma migrate deploy', inputs: ['prisma']}]}, {schemas: {command: 'x', inputs: []}}, {schemas: []},
	{server: 'auto'}, {server: 'embedded'}, {server: 'container'}, {server: 'postgres://u:p@h/d'}, {server: 'postgresql:///d?host=/run'},
	{workers: 1, lanes: 8, lingerMs: 0, budgetMs: 0.5}, {onUnavailable: 'skip', report: 'none', fingerprint: []}, {report: ['summary', 'junit=out/junit.xml', 'json']}, {budgetMs: {default: 50, tddParallelSafe: 250}, maxQueries: 0, slowMs: 0}, {workers: undefined, image: undefined}, {role: 'shop_app'}, {allowServers: []}, {allowServers: ['db.abc.supabase.co', '::1', '/cloudsql/a:b:c']}, {strayConnections: 'allow'}, {shuffle: -4711}, {shuffle: 'random'},
];

test('options of every right kind are accepted as they are', t => {
	for (const options of right) {
		t.is(validateOptions(options, place), options);
	}
});

test('an unknown option is an error that suggests the one that may have been meant', t => {
	for (const [slip, meant] of Object.entries({schema: 'schemas', seed: 'seeds', 'linger-ms': 'lingerMs', linger: 'lingerMs', fingerPrint: 'fingerprint', budget: 'budgetMs'})) {
		const {message} = refusal(t, {[slip]: 1});
		t.true(message.startsWith(`The option '${slip}' in ${place} is not known.`), message);
		t.true(message.includes(`It may be a slip for '${meant}'.`), message);
	}
});

test('an unknown option that is like none suggests nothing, and all are listed', t => {
	for (const name of ['colour', 'x', '42']) {
		const {message, hint} = refusal(t, {[name]: 1});
		t.false(message.includes('slip'), message);
		for (const option of Object.keys(wrong)) {
			t.true(hint.includes(option));
		}
	}
});

test('the names of methods that every object has are unknown options', t => {
	for (const name of ['constructor', 'toString']) {
		t.true(refusal(t, {[name]: 'x'}).message.startsWith(`The option '${name}' in ${place} is not known.`));
	}
});

test('options that are no object are an error', t => {
	for (const options of [null, undefined, 'auto', 3, [], [{server: 'auto'}]]) {
		t.true(refusal(t, options).message.startsWith(`The options in ${place} are `));
	}
});

test('a password in an option that cannot be used is not shown', t => {
	const {message} = refusal(t, {server: 'mysql://me:geheim@db/test'});
	t.false(message.includes('geheim'));
	t.true(message.includes('mysql://me:***@db/test'));
});

test('every option that the environment can hold is read from it', t => {
	t.deepEqual(optionsFromEnvironment({
		DATAFLOW_TDD_SERVER: 'embedded', DATAFLOW_TDD_IMAGE: 'postgres:16', DATAFLOW_TDD_BINARIES: '/opt/pg/bin', DATAFLOW_TDD_SEEDS: 'db/seeds',
		DATAFLOW_TDD_ON_UNAVAILABLE: 'skip', DATAFLOW_TDD_HISTORY_FILE: 'history.json', DATAFLOW_TDD_REPORT: 'none',
		DATAFLOW_TDD_MONITOR: 'off', DATAFLOW_TDD_REPEATED_STATEMENTS: 'fail', DATAFLOW_TDD_ALLOWED_REPEATS: 'insert into audit, until.ts', DATAFLOW_TDD_MAX_QUERIES: '7', DATAFLOW_TDD_SLOW_MS: '20',
		DATAFLOW_TDD_WORKERS: '3', DATAFLOW_TDD_LANES: '2', DATAFLOW_TDD_LINGER_MS: '0', DATAFLOW_TDD_BUDGET_MS: '12.5',
		DATAFLOW_TDD_SCHEMAS: 'a, b', DATAFLOW_TDD_FINGERPRINT: 'v1', DATAFLOW_TDD_ROLE: 'shop_app', DATAFLOW_TDD_SHUFFLE: '4711',
		DATAFLOW_TDD_ALLOW_SERVERS: 'one.neon.tech, two.neon.tech', DATAFLOW_TDD_STRAY_CONNECTIONS: 'allow',
	}), {
		server: 'embedded', image: 'postgres:16', binaries: '/opt/pg/bin', seeds: 'db/seeds', onUnavailable: 'skip', historyFile: 'history.json', report: 'none',
		monitor: 'off', repeatedStatements: 'fail', allowedRepeats: ['insert into audit', 'until.ts'], maxQueries: 7, slowMs: 20,
		workers: 3, lanes: 2, lingerMs: 0, budgetMs: 12.5, schemas: ['a', 'b'], fingerprint: ['v1'], role: 'shop_app', shuffle: 4711, allowServers: ['one.neon.tech', 'two.neon.tech'], strayConnections: 'allow',
	});
});

test('empty variables and those of others set nothing', t => {
	t.deepEqual(optionsFromEnvironment({DATAFLOW_TDD_SERVER: '', DATAFLOW_TDD_WORKERS: '', DATAFLOW_TDD_MODE: 'on', DATAFLOW_TDD_CACHE: '/x', SERVER: 'x', HOME: '/'}), {});
});

test('a variable whose name is nearly one of the harness is a slip, and one that resembles none is not its business', t => {
	for (const [slip, meant] of [['SERVR', 'SERVER'], ['LINGERMS', 'LINGER_MS'], ['WROKERS', 'WORKERS'], ['SCHEMA', 'SCHEMAS'], ['CAHCE', 'CACHE'], ['mode', 'MODE'], ['ROLES', 'ROLE']] as const) {
		const error = t.throws<ConfigError>(() => optionsFromEnvironment({[`DATAFLOW_TDD_${slip}`]: 'x'}), {code: 'ERR_CONFIG_INVALID'});
		t.regex(error?.message ?? '', new RegExp(`DATAFLOW_TDD_${slip} .*may be a slip for 'DATAFLOW_TDD_${meant}'`), slip);
	}

	const known = Object.fromEntries(['MODE', 'SESSION', 'RUN', 'SKIPPED', 'OUTSIDE', 'CACHE', 'DATA', 'KEEPER', 'MEASURING', 'BUNDLE'].map(name => [`DATAFLOW_TDD_${name}`, 'x']));
	t.deepEqual(optionsFromEnvironment({...known, DATAFLOW_TDD_TEAM: 'x', DATAFLOW_TDD_COLOUR: 'x', DATAFLOW_TDD_SERVR: '', DATAFLOW_TDDSERVER: 'x'}), {});
});

test('a variable that cannot be used is shown as it was written', t => {
	for (const [variables, expected] of [
		[{DATAFLOW_TDD_WORKERS: 'many'}, /^The option 'workers' in the environment \(DATAFLOW_TDD_WORKERS\) is "many"/],
		[{DATAFLOW_TDD_LINGER_MS: '-5'}, /^The option 'lingerMs' in the environment \(DATAFLOW_TDD_LINGER_MS\) is -5/],
		[{DATAFLOW_TDD_SERVER: 'podman'}, /^The option 'server' in the environment \(DATAFLOW_TDD_SERVER\) is "podman"/],
		[{DATAFLOW_TDD_REPORT: 'sumary'}, /^The option 'report' in the environment \(DATAFLOW_TDD_REPORT\) is "sumary"/],
		[{DATAFLOW_TDD_REPORT: 'summary,xml,html'}, /^The option 'report' in the environment \(DATAFLOW_TDD_REPORT\) is \["summary","xml","html"\] \(list\), of which "xml" is wrong\./],
	] as const) {
		const error = t.throws<ConfigError>(() => optionsFromEnvironment(variables), {code: 'ERR_CONFIG_INVALID'});
		t.regex(error?.message ?? '', expected);
	}
});
