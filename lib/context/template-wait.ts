import type {LaneDatabase} from '../keeper/protocol.ts';

/** What was waited for a template to be built, in ms, of a database that took `elapsedMs` to come; 0 when its template was there. */
export function templateWaitMs({source, handoutMs}: LaneDatabase, elapsedMs = Infinity): number {
	return source === 'built' ? Math.min(handoutMs, elapsedMs) : 0;
}
