import test from 'ava';
import {getDatabaseManager, getPoolManager, HarnessError} from 'dataflow-tdd';

const pools = getPoolManager();

/** Asks again until the answer is yes; AVA's time-out bounds it. */
async function until(isTrue: () => Promise<boolean>): Promise<void> {
	while (!await isTrue()) {
		await new Promise(resolve => {
			setTimeout(resolve, 5);
		});
	}
}

const zeros = {
	exists: false, activeConnections: 0, idleConnections: 0, totalConnections: 0, waitingRequests: 0, minSize: 0, maxSize: 0,
	preheatedConnections: 0, acquisitions: 0, averageAcquisitionMs: 0, maxAcquisitionMs: 0,
	medianAcquisitionMs: 0, p95AcquisitionMs: 0, errors: 0,
};

test.after.always(async () => {
	await pools.cleanupAll();
	await getDatabaseManager().close();
});

test.serial('a pool without a database is an error that says how to get one', async t => {
	const error = await t.throwsAsync<HarnessError>(pools.createOptimizedPool({poolId: 'early'}), {instanceOf: HarnessError, code: 'ERR_POOL_UNKNOWN'});
	t.true(error?.message.startsWith(`The pool 'early' has no database to connect to.`));
	t.regex(error?.hint ?? '', /getDatabaseManager\(\)\.initialize\(\)/);
	t.deepEqual(pools.getPoolStatistics('early'), {poolId: 'early', ...zeros});
});

test.serial('a pool connects to the database of this worker', async t => {
	await getDatabaseManager().initialize();
	const pool = await pools.createOptimizedPool({poolId: 'plain'});
	await pool.query('insert into users (name, email) values ($1, $2)', ['Ada', 'ada@example.com']);
	t.deepEqual((await pool.query('select name from users')).rows, [{name: 'Ada'}]);
	t.is(await pools.createOptimizedPool({poolId: 'plain'}).then(async again => (await again.query('select 1')).rowCount), 1);
	t.like(pools.getPoolStatistics('plain'), {exists: true, minSize: 1, maxSize: 10, acquisitions: 3, preheatedConnections: 0});
});

test.serial('the statistics are right while a client is held', async t => {
	const pool = await pools.createOptimizedPool({poolId: 'held', maxSize: 2});
	t.like(pools.getPoolStatistics('held'), {activeConnections: 0, idleConnections: 0, totalConnections: 0});
	const first = await pool.connect();
	t.like(pools.getPoolStatistics('held'), {activeConnections: 1, idleConnections: 0, totalConnections: 1, acquisitions: 1});
	const second = await pool.connect();
	const third = pool.connect();
	t.like(pools.getPoolStatistics('held'), {activeConnections: 2, idleConnections: 0, totalConnections: 2, waitingRequests: 1, acquisitions: 2});
	first.release();
	const client = await third;
	t.like(pools.getPoolStatistics('held'), {activeConnections: 2, waitingRequests: 0, acquisitions: 3});
	client.release();
	second.release();
	const after = pools.getPoolStatistics('held');
	t.like(after, {activeConnections: 0, idleConnections: 2, totalConnections: 2});
	t.true(after.averageAcquisitionMs > 0);
	t.true(after.maxAcquisitionMs >= after.averageAcquisitionMs);
	t.true(after.medianAcquisitionMs > 0 && after.medianAcquisitionMs <= after.p95AcquisitionMs && after.p95AcquisitionMs <= after.maxAcquisitionMs);
	t.is(after.errors, 0);
});

test.serial('a preheated pool has its connections before the first is asked for', async t => {
	await pools.createOptimizedPool({poolId: 'warm', minSize: 3, maxSize: 5, preheat: true});
	t.like(pools.getPoolStatistics('warm'), {preheatedConnections: 3, idleConnections: 3, totalConnections: 3, activeConnections: 0, acquisitions: 0, minSize: 3, maxSize: 5});
});

test.serial('a pool that cannot be preheated is an error, and is not there', async t => {
	const url = new URL(getDatabaseManager().connectionString!);
	url.pathname = '/tdd_nowhere';
	await t.throwsAsync(pools.createOptimizedPool({poolId: 'wrong', connectionString: url.href, minSize: 2, preheat: true}), {code: '3D000'});
	t.false(pools.getPoolStatistics('wrong').exists);
	const pool = await pools.createOptimizedPool({poolId: 'wrong', connectionString: getDatabaseManager().connectionString!});
	t.is((await pool.query('select 1')).rowCount, 1);
});

test.serial('a query that fails gives its connection back', async t => {
	const pool = await pools.createOptimizedPool({poolId: 'failing', maxSize: 1});
	await t.throwsAsync(pool.query('select nothing'), {code: '42703'});
	t.is((await pool.query('select 1')).rowCount, 1);
	t.like(pools.getPoolStatistics('failing'), {activeConnections: 0, totalConnections: 1});
});

test.serial('the time that a connection was waited for is in the median as in the longest', async t => {
	const pool = await pools.createOptimizedPool({poolId: 'slow', maxSize: 1});
	const held = await pool.connect();
	const startedAt = performance.now();
	const waiting = [pool.connect(), pool.connect(), pool.connect()];
	await held.query('select pg_sleep(0.05)');
	const waitedMs = performance.now() - startedAt;
	held.release();
	for (const next of waiting) {
		(await next).release();
	}

	const {acquisitions, medianAcquisitionMs, p95AcquisitionMs, maxAcquisitionMs} = pools.getPoolStatistics('slow');
	t.is(acquisitions, 4);
	t.true(medianAcquisitionMs >= waitedMs * 0.98, 'three of four have waited');
	t.true(maxAcquisitionMs >= medianAcquisitionMs && p95AcquisitionMs <= maxAcquisitionMs);
});

test.serial('connections that cannot be had, and idle ones that are lost, are counted as errors', async t => {
	const url = new URL(getDatabaseManager().connectionString!);
	const pool = await pools.createOptimizedPool({poolId: 'fine'});
	const {rows: [{pid}]} = await pool.query('select pg_backend_pid() as pid');
	await (await pools.createOptimizedPool({poolId: 'plain'})).query('select pg_terminate_backend($1)', [pid]);
	await until(async () => pools.getPoolStatistics('fine').totalConnections === 0);
	t.like(pools.getPoolStatistics('fine'), {errors: 1, acquisitions: 1});
	url.pathname = '/tdd_nowhere';
	const nowhere = await pools.createOptimizedPool({poolId: 'nowhere', connectionString: url.href});
	await t.throwsAsync(nowhere.query('select 1'), {code: '3D000'});
	await t.throwsAsync(nowhere.connect(), {code: '3D000'});
	t.like(pools.getPoolStatistics('nowhere'), {errors: 2, acquisitions: 0, activeConnections: 0});
	t.deepEqual(pools.getAllStatistics().filter(({errors}) => errors > 0).map(({poolId}) => poolId), ['fine', 'nowhere']);
	await Promise.all(['slow', 'fine', 'nowhere'].map(async poolId => pools.cleanupPool(poolId)));
});

test.serial('a pool that was ended is not there any more, and ending one that is not there is no error', async t => {
	await pools.cleanupPool('held');
	t.deepEqual(pools.getPoolStatistics('held'), {poolId: 'held', ...zeros});
	await t.notThrowsAsync(pools.cleanupPool('held'));
	const pool = await pools.createOptimizedPool({poolId: 'own end'});
	await pool.end();
	t.false(pools.getPoolStatistics('own end').exists);
	await t.throwsAsync(pool.query('select 1'));
	await pools.cleanupAll();
	t.deepEqual(['plain', 'warm', 'failing'].map(poolId => pools.getPoolStatistics(poolId).exists), [false, false, false]);
});
