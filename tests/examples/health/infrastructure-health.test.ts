/*
Learning objectives
- Check what tests stand on before you doubt a test: mode, server, connections, cache, snapshot, disk, versions.
- Use the managers that the checks use: database, pool and schema cache.
- Find what to do about a check in its `fix`.
*/
import test from 'ava';
import {checkTddHealth, getDatabaseManager, getPoolManager, getSchemaCache, isTddMode} from 'dataflow-tdd';

test.serial('the infrastructure of tests is healthy', async t => {
	// Step 1: look at everything at once. What is wrong is in the checks; nothing is thrown.
	const {isHealthy, checks} = await checkTddHealth();
	for (const {name, status, detail, fix} of checks) {
		t.log(`${status} ${name}: ${detail}${fix === undefined ? '' : ` -> ${fix}`}`);
	}

	// Step 2: only what keeps tests from running makes it unhealthy; a warning does not.
	t.true(isHealthy);
	t.deepEqual(checks.filter(({status}) => status === 'failed'), []);
});

test.serial('each part can be looked at by itself', async t => {
	// The mode: `withTdd` has set it for this process.
	t.true(isTddMode());

	// The database: a real one, which this worker alone has.
	const database = getDatabaseManager();
	await database.initialize();
	t.true(database.isInitialized);

	// A pool on it. Every figure is counted or measured.
	const pool = await getPoolManager().createOptimizedPool({poolId: 'health_check', minSize: 2, preheat: true});
	t.is((await pool.query('select 1 as one')).rows[0].one, 1);
	const {activeConnections, preheatedConnections, acquisitions, medianAcquisitionMs, p95AcquisitionMs, errors} = getPoolManager().getPoolStatistics('health_check');
	t.deepEqual({activeConnections, preheatedConnections, acquisitions, errors}, {activeConnections: 0, preheatedConnections: 2, acquisitions: 1, errors: 0});
	t.true(medianAcquisitionMs > 0 && medianAcquisitionMs <= p95AcquisitionMs);

	// The schema cache: this worker's database came from it.
	const {cacheEnabled, hits, misses, hitRate, savedMilliseconds} = getSchemaCache().getCacheStatistics();
	t.true(cacheEnabled);
	t.true(hits + misses > 0);
	t.is(hitRate, hits / (hits + misses));
	t.true(savedMilliseconds >= 0);

	await getPoolManager().cleanupPool('health_check');
	await database.close();
	t.false(database.isInitialized);
});
