import os from 'node:os';
import test from 'ava';
import {assertMayRun, assertNotProduction, assertOwnDatabase, assertTestServer} from '#lib/config/guard.js';
import {databasePrefix, markerDatabase, privateName, savedLaneName, templateName} from '#lib/config/names.js';
import {GuardError} from '#lib/errors.js';

test('G37: a database that the harness did not name is never touched', t => {
	for (const name of ['postgres', 'app', 'template1', 'app_tdd_test', 'TDD_t_1', '', ' tdd_x', '_tdd_x', markerDatabase]) {
		const error = t.throws<GuardError>(() => {
			assertOwnDatabase(name);
		}, {instanceOf: GuardError, code: 'ERR_GUARD_REFUSED'});
		t.true(error?.message.includes(`database ${name}.`));
	}
});

test('every name that the harness gives is one of its own, and short enough for PostgreSQL', t => {
	const names = [templateName('f'.repeat(40), 'a'.repeat(16)), savedLaneName('a'.repeat(16)), privateName('b', 'deadbeef'), privateName('c', 'deadbeef')];
	for (const name of names) {
		t.true(name.startsWith(databasePrefix));
		t.true(name.length <= 63);
		t.notThrows(() => {
			assertOwnDatabase(name);
		});
	}

	t.not(privateName('c', 'x'), privateName('c', 'x'));
});

/** What makes a server look like production, by the words of the refusal. */
const suspicious: ReadonlyArray<readonly [title: string, url: string, env: Readonly<Record<string, string>>, words: RegExp]> = [
	['NODE_ENV is production', 'postgres://localhost/test', {NODE_ENV: 'production'}, /NODE_ENV is production/],
	['the host is one of Amazon\'s', 'postgres://x.abc.eu-west-1.rds.amazonaws.com/test', {}, /managed database service/],
	['the host is one of Neon\'s', 'postgres://ep-cool.eu-central-1.aws.neon.tech/test', {}, /managed database service/],
	['the host is one of Supabase\'s', 'postgres://db.abc.supabase.co/postgres', {}, /managed database service/],
	['the host is one of Azure\'s', 'postgres://abc.postgres.database.azure.com/test', {}, /managed database service/],
	['the host is written in capitals', 'postgres://DB.ABC.SUPABASE.CO/postgres', {}, /managed database service/],
	['the host is written with a dot at its end', 'postgres://db.abc.supabase.co./postgres', {}, /managed database service, Supabase/],
	['the host stands among the parameters', 'postgresql:///postgres?host=ep-cool.eu-central-1.aws.neon.tech', {}, /managed database service, Neon/],
	['it is a socket of Cloud SQL', 'postgresql:///app?host=/cloudsql/project:region:instance', {}, /managed database service, Google Cloud SQL/],
	['the host is called production', 'postgres://db-prod.internal/test', {}, /'db-prod\.internal' is a name for production/],
	['the host is numbered', 'postgres://prod1/test', {}, /'prod1' is a name for production/],
	['the database is called production', 'postgres://localhost/shop_production', {}, /'shop_production' is a name for production/],
	['the database is called live', 'postgres://localhost/live', {}, /'live' is a name for production/],
	['the user is called production', 'postgres://prod:x@localhost/test', {}, /'prod' is a name for production/],
	['it is the application\'s own database', 'postgres://localhost/app', {DATABASE_URL: 'postgres://u:p@localhost:5432/app?sslmode=disable'}, /DATABASE_URL/],
	['it is so by another name of this machine', 'postgres://127.0.0.1/app', {DATABASE_URL: 'postgresql://u:p@LOCALHOST/app'}, /DATABASE_URL/],
	['it is so by a socket', 'postgres:///app?host=/run/postgresql', {DATABASE_URL: 'postgres://[::1]:5432/app'}, /DATABASE_URL/],
	['another variable says that it is the application\'s own', 'postgres://db/app', {POSTGRES_URL: 'postgres://u:p@db/app'}, /POSTGRES_URL/],
	['the PG variables say so', 'postgres://db:5433/app', {PGHOST: 'db', PGPORT: '5433', PGDATABASE: 'app'}, /PGDATABASE/],
	['PGDATABASE says so, on this machine', 'postgres://localhost/app', {PGDATABASE: 'app'}, /PGDATABASE/],
	['DATABASE_URL names no database but a user, who is its name', 'postgres://db/app', {DATABASE_URL: 'postgres://app@db'}, /DATABASE_URL/],
	...[
		'postgres://u:p@127.0.0.1/app', 'postgres://u:p@127.1/app', 'postgres://u:p@[::ffff:127.0.0.1]/app', 'postgres://u:p@[::]/app', `postgres://u:p@${os.hostname().toUpperCase()}/app`,
		'postgres://%2Fvar%2Frun%2Fpostgresql/app', 'host=localhost dbname=app', `hostaddr=127.0.0.1 port=5432 dbname='app' user=me`, 'postgresql+asyncpg://u:p@localhost/app',
		'jdbc:postgresql://localhost:5432/app?user=u', 'postgres://u:p@db1:5432,localhost:5432/app', 'postgres://u:p@db1,localhost/app', 'postgres://u@localhost/?dbname=app',
		'postgres://u:p#ss@localhost/app', 'postgres://u:p/ss@localhost/app', 'postgres://u:50%@localhost/app', '"postgres://u:p@localhost/app"', ' postgres://u:p@localhost/app',
		'postgres://u:p@localhost/app?application_name=a@b', 'postgres:///app?host=/tmp', 'postgres://app@localhost',
	].map(text => [`DATABASE_URL is ${text}`, 'postgres://localhost:5432/app', {DATABASE_URL: text}, /DATABASE_URL says/] as const),
	['DATABASE_URL has its port among the parameters', 'postgres://db:5433/app', {DATABASE_URL: 'postgres://db/app?port=5433'}, /DATABASE_URL says/],
	['its own port stands among the parameters', 'postgres://db:1/app?port=5433', {DATABASE_URL: 'postgres://db:5433/app'}, /DATABASE_URL says/],
	['an address is written in two ways', 'postgres://10.0.0.1/app', {DATABASE_URL: 'postgres://[::ffff:a00:1]/app'}, /DATABASE_URL says/],
	['PGHOST is a list', 'postgres://db2/app', {PGHOST: 'db1,db2', PGPORT: '5433,5432', PGDATABASE: 'app'}, /PGDATABASE says/],
	['PGHOSTADDR says so', 'postgres://10.0.0.1/app', {PGHOST: 'db', PGHOSTADDR: '10.0.0.1', PGDATABASE: 'app'}, /PGDATABASE says/],
];

for (const [title, url, env, words] of suspicious) {
	test(`G37: a server is refused when ${title}`, t => {
		const error = t.throws<GuardError>(() => {
			assertTestServer(new URL(url), env);
		}, {instanceOf: GuardError, code: 'ERR_GUARD_REFUSED'});
		t.regex(error?.message ?? '', words);
		t.regex(error?.hint ?? '', /throwaway/);
	});
}

const harmless: ReadonlyArray<readonly [url: string, env: Readonly<Record<string, string>>]> = [
	['postgres://localhost:5432/postgres', {}],
	['postgres://postgres@127.0.0.1/test', {NODE_ENV: 'test'}],
	['postgres://db/products', {}],
	['postgres://alive.internal/delivery', {}],
	['postgres://reproduction/test', {}],
	['postgres://localhost:5433/app', {DATABASE_URL: 'postgres://localhost:5432/app'}],
	['postgres://localhost/test', {DATABASE_URL: 'postgres://localhost/app'}],
	['postgres://localhost/test', {DATABASE_URL: 'not a url'}],
	['postgres://localhost/app', {DATABASE_URL: 'postgres://u:p@db1,db2/app'}],
	['postgres://localhost/app', {DATABASE_URL: 'host=db dbname=app'}],
	['postgres://127.0.0.1/app', {DATABASE_URL: 'postgres://192.0.2.1/app'}],
	['postgres://localhost/test', {DATABASE_URL: 'mysql://localhost:5432/test'}],
	['postgres://localhost/test', {PGHOST: 'localhost', PGUSER: 'test'}],
	['postgres://localhost/test', {PGHOST: 'db', PGDATABASE: 'test'}],
	['postgres://localhost/test', {TEST_DATABASE_URL: 'postgres://localhost/test'}],
	['postgres://notneon.technology/test', {}],
];

for (const [url, env] of harmless) {
	test(`a server for tests is accepted: ${url} with ${JSON.stringify(env)}`, t => {
		t.notThrows(() => {
			assertTestServer(new URL(url), env);
		});
	});
}

test('the password of a refused server is not in the error', t => {
	const error = t.throws<GuardError>(() => {
		assertTestServer(new URL('postgres://me:geheim@db-prod/test'), {});
	});
	t.false(`${JSON.stringify(error)} ${error?.message} ${error?.stack}`.includes('geheim'));
});

test('G37: the server of a managed service is accepted when its host is allowed, and by no other allowance', t => {
	const url = new URL('postgres://ep-cool.eu-central-1.aws.neon.tech/test');
	t.notThrows(() => {
		assertTestServer(url, {}, ['EP-cool.eu-central-1.aws.neon.tech']);
	});
	for (const allowed of ['neon.tech', 'ep-cool', '*', '']) {
		const error = t.throws<GuardError>(() => {
			assertTestServer(url, {}, [allowed]);
		}, {code: 'ERR_GUARD_REFUSED'});
		t.true(error.hint.includes(`allowServers: ['ep-cool.eu-central-1.aws.neon.tech']`), error.hint);
	}
});

test('G37: an allowance lifts nothing else', t => {
	const host = 'db-prod.abc.supabase.co';
	for (const [url, env] of [
		[`postgres://${host}/test`, {}],
		['postgres://db.abc.supabase.co/test', {NODE_ENV: 'production'}],
		['postgres://db.abc.supabase.co/live', {}],
		['postgres://db.abc.supabase.co/test', {DATABASE_URL: 'postgres://u:p@db.abc.supabase.co/test'}],
	] as const) {
		t.throws(() => {
			assertTestServer(new URL(url), env, [host, 'db.abc.supabase.co']);
		}, {code: 'ERR_GUARD_REFUSED'}, url);
	}
});

test('G37: NODE_ENV=production is refused for every kind of server, by whichever spelling', t => {
	for (const NODE_ENV of ['production', 'PRODUCTION', 'prod', ' production']) {
		t.throws(() => {
			assertNotProduction({NODE_ENV});
		}, {code: 'ERR_GUARD_REFUSED', message: /^The harness will not run: NODE_ENV is prod.*NODE_ENV=test/i});
	}

	for (const env of [{}, {NODE_ENV: ''}, {NODE_ENV: 'test'}, {NODE_ENV: 'development'}, {NODE_ENV: 'reproduction'}]) {
		t.notThrows(() => {
			assertNotProduction(env);
		});
	}
});

test('G37: whoever wants a server is asked the same before any keeper is, also one that is there already', t => {
	for (const [server, env] of [
		['embedded', {NODE_ENV: 'production'}], ['postgres://db.abc.supabase.co/test', {}], ['postgres://localhost/app', {DATABASE_URL: 'postgres://localhost/app'}],
	] as const) {
		t.throws(() => {
			assertMayRun({server, allowServers: []}, env);
		}, {code: 'ERR_GUARD_REFUSED'}, server);
	}

	for (const server of ['auto', 'container', 'embedded', 'postgres://localhost/test', 'postgres://not a url']) {
		t.notThrows(() => {
			assertMayRun({server, allowServers: []}, {DATABASE_URL: 'postgres://localhost/app'});
		}, server);
	}
});
