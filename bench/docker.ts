import {existsSync} from 'node:fs';
import http from 'node:http';
import {homedir} from 'node:os';
import path from 'node:path';
import process from 'node:process';

/** The engine's socket, where it is one of this machine. */
export function dockerSocket(): string | undefined {
	const host = process.env['DOCKER_HOST'];
	if (host) {
		return host.startsWith('unix://') ? host.slice('unix://'.length) : undefined;
	}

	const usual = ['/var/run/docker.sock', path.join(process.env['XDG_RUNTIME_DIR'] ?? '', 'docker.sock'), path.join(homedir(), '.docker', 'run', 'docker.sock')];
	return usual.find(socket => existsSync(socket));
}

/** An answer of the engine. */
export interface DockerAnswer {
	readonly status: number;
	readonly body: any;
}

async function request(method: string, url: string, body?: unknown): Promise<DockerAnswer> {
	const text = body === undefined ? undefined : JSON.stringify(body);
	return new Promise((resolve, reject) => {
		const headers = text === undefined ? {} : {'content-type': 'application/json', 'content-length': Buffer.byteLength(text)};
		const call = http.request({socketPath: dockerSocket(), method, path: url, headers}, response => {
			let answer = '';
			response.setEncoding('utf8');
			response.on('data', (chunk: string) => {
				answer += chunk;
			});
			response.once('end', () => {
				resolve({status: response.statusCode ?? 0, body: answer === '' ? undefined : parse(answer)});
			});
		});
		call.once('error', reject);
		call.end(text);
	});
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

export async function dockerGet(url: string): Promise<DockerAnswer> {
	return request('GET', url);
}

async function expectOk(answer: Promise<DockerAnswer>): Promise<any> {
	const {status, body} = await answer;
	if (status >= 400) {
		throw new Error(`the engine answered ${status}: ${JSON.stringify(body)}`);
	}

	return body;
}

/** A container made by three plain calls of the engine's API: what starting one costs without any client library. */
export class RawContainer {
	readonly id: string;
	readonly port: number;

	private constructor(id: string, port: number) {
		this.id = id;
		this.port = port;
	}

	/** Creates and starts a container that publishes PostgreSQL's port on this machine, and asks which port it got. */
	static async start(image: string, {command, environment = []}: {command: readonly string[]; environment?: readonly string[]}): Promise<RawContainer> {
		const {Id: id} = await expectOk(request('POST', '/containers/create', {
			Image: image, Cmd: command, Env: environment, ExposedPorts: {'5432/tcp': {}},
			HostConfig: {AutoRemove: true, PortBindings: {'5432/tcp': [{HostIp: '127.0.0.1', HostPort: '0'}]}},
		})) as {Id: string};
		await expectOk(request('POST', `/containers/${id}/start`));
		const {NetworkSettings} = await expectOk(dockerGet(`/containers/${id}/json`)) as {NetworkSettings: {Ports: Record<string, Array<{HostPort: string}>>}};
		return new RawContainer(id, Number(NetworkSettings.Ports['5432/tcp']![0]!.HostPort));
	}

	async remove(): Promise<void> {
		await request('DELETE', `/containers/${this.id}?force=true&v=true`);
	}
}

/** Another name of an image, by which the containers of one bench are told from all others, whoever has started them. */
export class ImageAlias {
	readonly name: string;

	private constructor(name: string) {
		this.name = name;
	}

	/** Names an image anew; `tag` is what stands behind the colon. */
	static async create(image: string, tag: string): Promise<ImageAlias> {
		const [repository] = image.split(':');
		await expectOk(request('POST', `/images/${encodeURIComponent(image)}/tag?${new URLSearchParams({repo: repository!, tag}).toString()}`));
		return new ImageAlias(`${repository}:${tag}`);
	}

	/** Removes the containers that were started by this name, and the networks that only they were in. */
	async removeContainers(): Promise<void> {
		const containers = await expectOk(dockerGet('/containers/json?all=true')) as Array<{Id: string; Image: string; NetworkSettings: {Networks: Record<string, {NetworkID: string}>}}>;
		for (const {Id, NetworkSettings} of containers.filter(({Image}) => Image === this.name)) {
			await request('DELETE', `/containers/${Id}?force=true&v=true`);
			for (const [name, {NetworkID}] of Object.entries(NetworkSettings.Networks)) {
				// The engine refuses to remove one that has other containers in it.
				await (name === 'bridge' || request('DELETE', `/networks/${NetworkID}`));
			}
		}
	}

	async remove(): Promise<void> {
		await this.removeContainers();
		await request('DELETE', `/images/${encodeURIComponent(this.name)}?noprune=true`);
	}
}

/** Reads the labels of an image. */
export async function imageLabels(name: string): Promise<Readonly<Record<string, string>>> {
	const {Config} = await expectOk(dockerGet(`/images/${encodeURIComponent(name)}/json`)) as {Config: {Labels: Record<string, string>}};
	return Config.Labels;
}

/** The processes of a container, by their ids on this machine. */
export async function containerPids(id: string): Promise<number[]> {
	const {Titles, Processes} = await expectOk(dockerGet(`/containers/${id}/top`)) as {Titles: string[]; Processes: string[][]};
	const column = Titles.indexOf('PID');
	return Processes.map(row => Number(row[column]));
}
