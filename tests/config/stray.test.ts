import test from 'ava';
import {addressVariables, leadNowhere, leadTo, redirect} from '#lib/config/stray.js';

const address = {DATABASE_URL: 'postgres://sign@127.0.0.1:9/post', PGHOST: '127.0.0.1', PGPORT: '9', PGUSER: 'sign', PGDATABASE: 'post'};

test('the variables that every client reads are set, also where nothing was set before', t => {
	t.deepEqual(redirect({}, address), {set: address, removed: []});
	t.deepEqual(Object.keys(address), [...addressVariables]);
});

test('URLs of PostgreSQL are found by what they are, in whatever variable, and keep their scheme', t => {
	const {set} = redirect({
		POSTGRES_URL: 'postgres://u:p@db/app', DSN: 'postgresql://db/app', ALCHEMY: 'postgresql+psycopg2://u@db/app', GIS: 'PostGIS://db/app',
		MYSQL_URL: 'mysql://db/app', NOTE: 'see postgres://db/app', EMPTY: '', DATAFLOW_TDD_SERVER: 'postgres://u:p@tests/postgres',
	}, address);
	t.deepEqual(set, {
		POSTGRES_URL: 'postgres://sign@127.0.0.1:9/post', DSN: 'postgresql://sign@127.0.0.1:9/post', ALCHEMY: 'postgresql+psycopg2://sign@127.0.0.1:9/post',
		GIS: 'PostGIS://sign@127.0.0.1:9/post', ...address,
	});
});

test('what would win over them is removed, where it is there; what is to be kept is kept', t => {
	const env = {PGSERVICE: 'shop', PGSSLMODE: 'require', PGHOSTADDR: '10.0.0.1', PGAPPNAME: 'shop', DSN: 'postgres://db/app'};
	t.deepEqual(redirect(env, address).removed, ['PGHOSTADDR', 'PGSERVICE', 'PGSSLMODE']);
	t.deepEqual(redirect(env, address, ['PGSERVICE', 'DSN', 'PGHOST']), {set: Object.fromEntries(Object.entries(address).filter(([name]) => name !== 'PGHOST')), removed: ['PGHOSTADDR', 'PGSSLMODE']});
});

test('an environment that leads nowhere names the reason in its host', t => {
	const env = leadNowhere({HOME: '/home', DSN: 'postgres://db/app', PGSERVICE: 'shop'});
	const host = 'dataflow-tdd-refuses-stray-connections.invalid';
	t.like(env, {HOME: '/home', DSN: `postgres://${host}/nowhere`, DATABASE_URL: `postgres://${host}/nowhere`, PGHOST: host, PGSERVICE: undefined});
});

test('from there, a command is led to its own database, and nowhere else', t => {
	const url = 'postgres://me:a%2Fb@[::1]:5433/tdd_b_1';
	const env = leadTo(leadNowhere({DSN: 'postgres://db/app'}), url);
	t.like(env, {DATABASE_URL: url, PGHOST: '::1', PGPORT: '5433', PGUSER: 'me', PGPASSWORD: 'a/b', PGDATABASE: 'tdd_b_1'});
	t.regex(env.DSN!, /\.invalid\/nowhere$/);
	t.deepEqual(leadTo({PGHOST: 'db', HOME: '/home'}, url), {PGHOST: 'db', HOME: '/home', DATABASE_URL: url}, 'where they are allowed, the PG variables stay');
});
