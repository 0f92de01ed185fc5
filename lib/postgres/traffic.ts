import type {Client} from './client.ts';

/** What went over a connection, in bytes. */
export interface Traffic {
	bytesSent: number;
	bytesReceived: number;
}

/** What has gone over a connection since it was opened. */
export function trafficOf(client: Client): Traffic {
	const {bytesWritten = 0, bytesRead = 0} = (client as unknown as {connection: {stream: {bytesWritten?: number; bytesRead?: number}}}).connection.stream;
	return {bytesSent: bytesWritten, bytesReceived: bytesRead};
}

/** Tells what goes over a connection from now on. */
export function meterTraffic(client: Client): () => Traffic {
	const before = trafficOf(client);
	return () => {
		const {bytesSent, bytesReceived} = trafficOf(client);
		return {bytesSent: bytesSent - before.bytesSent, bytesReceived: bytesReceived - before.bytesReceived};
	};
}

/** Adds traffic to a sum. */
export function add(sum: Traffic, {bytesSent, bytesReceived}: Traffic): void {
	sum.bytesSent += bytesSent;
	sum.bytesReceived += bytesReceived;
}
