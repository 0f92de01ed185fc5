import {readFileSync} from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import process from 'node:process';
import {findEngine} from '#lib/server/container/engine.js';

/** A container engine, asked over its own HTTP interface: what the harness uses to talk to it is not to be trusted here. */
export interface Engine {
	/** As DOCKER_HOST wants it. */
	readonly url: string;
	get<T>(path: string): Promise<T>;
	post(path: string): Promise<void>;
	remove(path: string): Promise<void>;
}

/** What it takes to speak to an engine that wants certificates, as the environment says; nothing where it says nothing. */
function certificates(): https.RequestOptions | undefined {
	const {DOCKER_TLS_VERIFY: verify, DOCKER_CERT_PATH: folder = ''} = process.env;
	return verify === '1' ? {ca: readFileSync(path.join(folder, 'ca.pem')), cert: readFileSync(path.join(folder, 'cert.pem')), key: readFileSync(path.join(folder, 'key.pem'))} : undefined;
}

/** The engine that answers at a URL. */
export function engineAt(url: string): Engine {
	const {protocol, hostname, port, pathname} = new URL(url);
	const address = protocol === 'unix:' ? {socketPath: pathname} : {host: hostname, port: Number(port || 2375)};
	const tls = protocol === 'unix:' ? undefined : certificates();
	const call = async (method: string, path: string): Promise<string> => new Promise((resolve, reject) => {
		(tls ? https : http).request({...address, ...tls, method, path, agent: false}, response => {
			let text = '';
			response.setEncoding('utf8').on('data', (chunk: string) => {
				text += chunk;
			}).on('end', () => {
				const {statusCode = 0} = response;
				(statusCode < 400 ? resolve : reject)(statusCode < 400 ? text : new Error(`${method} ${path}: ${statusCode} ${text}`) as never);
			});
		}).on('error', reject).end();
	});
	return {
		url,
		get: async <T>(path: string) => JSON.parse(await call('GET', path)) as T,
		async post(path) {
			await call('POST', path);
		},
		async remove(path) {
			await call('DELETE', path);
		},
	};
}

/** The engine that the harness would use, or why there is none. */
export async function findMachineEngine(): Promise<Engine | string> {
	const found = await findEngine();
	if (!found.found) {
		return `no container engine answers: ${found.reason}`;
	}

	const where = found.where.replace(/^[\w.]+=/, '');
	return engineAt(where.includes('://') ? where : `unix://${where}`);
}

/** The process ids that a container's processes have on this machine, the one at its top first. */
export async function processesOf(engine: Engine, container: string): Promise<number[]> {
	const {Titles, Processes} = await engine.get<{Titles: string[]; Processes: string[][]}>(`/containers/${container}/top`);
	return Processes.map(row => Number(row[Titles.indexOf('PID')]));
}
