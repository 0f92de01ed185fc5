import {CacheStatistics, type CacheReport} from '../context/cache-statistics.ts';
import {workerSession} from '../context/worker-session.ts';

/** What caching a schema did. */
export interface CachedSchema {
	/** True if its template was there; false if it was built by this call. */
	readonly isHit: boolean;
	/** What this call took, in ms. */
	readonly milliseconds: number;
}

/** Tables on top of the project's schema that tests of this file want, made once and cloned from then on. */
export interface SchemaCache {
	/**
	 * Adds tables to what the contexts of this worker find in their databases from now on. The first time anywhere, a template
	 * with them is built; after that it is there, in this run and in later ones.
	 * @param name names them in statistics; caching other tables under the same name replaces them
	 * @param tables DDL by table name, applied in this order
	 * @throws {ERR_TEMPLATE_SQL} naming the table whose DDL PostgreSQL refused
	 */
	cacheSchema(name: string, tables: Readonly<Record<string, string>>): Promise<CachedSchema>;
	/** What the cache did for this worker so far; every figure is measured. */
	getCacheStatistics(): CacheReport;
}

const cache: SchemaCache = {
	async cacheSchema(name, tables) {
		const startedAt = performance.now();
		const session = await workerSession.open();
		session.addLayer({name, tables});
		try {
			const {source} = await session.requestDatabase(session.combination([]), 0);
			return {isHit: source !== 'built', milliseconds: performance.now() - startedAt};
		} catch (error) {
			session.removeLayer(name);
			throw error;
		}
	},
	getCacheStatistics: () => (workerSession.current?.cache ?? new CacheStatistics()).report(),
};

/** The schema cache of this worker. */
export function getSchemaCache(): SchemaCache {
	return cache;
}
