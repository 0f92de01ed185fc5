import test from 'ava';
import {assertOwnDatabase, assertTestServer} from '#lib/config/guard.js';
import {databasePrefix, privateName, savedLaneName, templateName} from '#lib/config/names.js';
import {GuardError} from '#lib/errors.js';

test('G37: a database that the harness did not name is never touched', t => {
	for (const name of ['postgres', 'app', 'template1', 'app_tdd_test', 'TDD_t_1', '', ' tdd_x', '_tdd_x']) {
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
	['the host is called production', 'postgres://db-prod.internal/test', {}, /'db-prod\.internal' is a name for production/],
	['the host is numbered', 'postgres://prod1/test', {}, /'prod1' is a name for production/],
	['the database is called production', 'postgres://localhost/shop_production', {}, /'shop_production' is a name for production/],
	['the database is called live', 'postgres://localhost/live', {}, /'live' is a name for production/],
	['the user is called production', 'postgres://prod:x@localhost/test', {}, /'prod' is a name for production/],
	['it is the application\'s own database', 'postgres://localhost/app', {DATABASE_URL: 'postgres://u:p@localhost:5432/app?sslmode=disable'}, /DATABASE_URL/],
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
