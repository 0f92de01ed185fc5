import {withClient} from '../../postgres/client.ts';
import type {ServerAddress} from '../../server/server.ts';
import type {PoolStatistics} from '../pool-manager.ts';
import {ok, warning, type Finding} from './checks.ts';

/** From here on, tests that want several connections may get none. */
const crowded = 0.9;
const timeoutMs = 5000;

/** What a server says of itself. */
export interface ServerFacts {
	/** Such as `18.4`. */
	readonly version: string;
	readonly connections: number;
	readonly maxConnections: number;
	/** What connecting and asking took. */
	readonly tookMs: number;
}

/** Asks a server on a connection of its own. */
export async function askServer(address: ServerAddress): Promise<ServerFacts> {
	const startedAt = performance.now();
	const {rows} = await withClient({...address, applicationName: 'dataflow-tdd health', timeoutMs}, async client => client.query<Omit<ServerFacts, 'tookMs'>>(`
		select split_part(current_setting('server_version'), ' ', 1) as version, current_setting('max_connections')::int as "maxConnections",
			(select count(*)::int from pg_catalog.pg_stat_activity where backend_type = 'client backend') as connections`));
	return {...rows[0]!, tookMs: performance.now() - startedAt};
}

const connectionsOf = ({connections, maxConnections}: ServerFacts): string => `${connections} of ${maxConnections} connections of the server are in use`;

/** Says how the connections of a server stand. */
export function judgeServer(facts: ServerFacts): Finding {
	return facts.connections > facts.maxConnections * crowded
		? warning(connectionsOf(facts), 'Close what is not needed, or end the keeper with `dataflow-tdd stop`: the next server begins with none.')
		: ok(connectionsOf(facts));
}

/** Says how connections stand, in the server and in the pools of this process. */
export function judgePools(facts: ServerFacts, pools: readonly PoolStatistics[]): Finding {
	const sum = (pick: (pool: PoolStatistics) => number): number => pools.reduce((total, pool) => total + pick(pool), 0);
	const [errors, waiting] = [sum(pool => pool.errors), sum(pool => pool.waitingRequests)];
	const here = `${pools.length} ${pools.length === 1 ? 'pool' : 'pools'} here with ${sum(pool => pool.activeConnections)} of ${sum(pool => pool.totalConnections)} in use, ${waiting} waiting, ${errors} errors`;
	const {detail, ...server} = judgeServer(facts);
	const all = `${detail}, ${pools.length === 0 ? 'no pools here' : here}`;
	const troubled = pools.find(pool => pool.waitingRequests + pool.errors > 0);
	return troubled && server.status === 'ok'
		? warning(all, `Release each client that was taken, and look at getPoolManager().getPoolStatistics('${troubled.poolId}').`)
		: {...server, detail: all};
}
