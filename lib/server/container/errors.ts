import {ServerError} from '../../errors.ts';

/** What is known when starting a container fails. */
export interface Failure {
	readonly image: string;
	/** The end of the container's log, if it came so far. */
	readonly log: string;
	readonly cause: unknown;
}

const chooseImage = `Choose another image with the option image or with DATAFLOW_TDD_IMAGE=postgres:17`;

/** No engine answers, or the one that did has gone. */
export function engineError(reason: string, cause?: unknown): ServerError {
	return new ServerError('ERR_SERVER_ENGINE', {
		what: `No Docker engine answers: ${reason}.`,
		why: 'It is not running, or this machine or this user may not speak to it.',
		fix: `Start it, point DOCKER_HOST at one, or do without one: server: 'embedded'.`,
		cause,
	});
}

/** The image is not here and cannot be fetched. */
export function imageError(image: string, cause?: unknown): ServerError {
	return new ServerError('ERR_SERVER_IMAGE', {
		what: `The image ${image} is not here and could not be pulled.`,
		why: `Its name is wrong, its registry wants a login, or this machine cannot reach the registry${said(cause)}.`,
		fix: `${chooseImage}, or fetch it yourself: docker pull ${image}`,
		cause,
	});
}

/** Wherever data could be put, the image has a VOLUME, and a commit saves no volumes. */
export function volumesError(image: string, volumes: readonly string[]): ServerError {
	return new ServerError('ERR_SERVER_IMAGE', {
		what: `The image ${image} leaves no folder from which data could be saved.`,
		why: `It declares volumes at ${volumes.join(', ')}, and an engine saves no volumes.`,
		fix: `${chooseImage}.`,
	});
}

/** The snapshot cannot be written, or is not there to start from. */
export function snapshotError(what: string, why: string, cause?: unknown): ServerError {
	return new ServerError('ERR_SERVER_SNAPSHOT', {
		what,
		why,
		fix: 'Run again: the snapshot is built anew. If it fails again, remove what is old: npx dataflow-tdd prune',
		cause,
	});
}

function portError({image, cause}: Failure): ServerError {
	return new ServerError('ERR_SERVER_PORT', {
		what: `A container of ${image} got no port to listen on${said(cause)}.`,
		why: 'Another program took the port first, or the engine has run out of ports.',
		fix: `Run again; if it fails again, restart the engine, or do without one: server: 'embedded'.`,
		cause,
	});
}

function diskError({image, cause}: Failure): ServerError {
	return new ServerError('ERR_SERVER_DISK', {
		what: `A container of ${image} ran out of disk space.`,
		why: `The disk on which the engine keeps images and containers is full.`,
		fix: 'Make room: npx dataflow-tdd prune, then docker system prune',
		cause,
	});
}

function startError({image, log, cause}: Failure): ServerError {
	return new ServerError('ERR_SERVER_START', {
		what: `A container of ${image} started no PostgreSQL${said(cause)}.`,
		why: log === '' ? 'It left no log.' : `The last lines of its log say why:\n${log}\n`,
		fix: `If it is not an image of PostgreSQL, choose another. ${chooseImage}.`,
		cause,
	});
}

function said(cause: unknown): string {
	return cause instanceof Error ? `: ${cause.message.trim().replace(/\.$/, '')}` : '';
}

/** PostgreSQL is up in the container, and nobody gets through to it. */
export function unreachableError(host: string, port: number): ServerError {
	return new ServerError('ERR_SERVER_START', {
		what: `PostgreSQL is ready in its container, and nothing answers at ${host}:${port} from here.`,
		why: `The engine is on another machine, or believed to be, and the ports that it gives to containers are closed to this one, or ${host} is not its address as seen from here.`,
		fix: 'Open the ports that the engine gives to containers (its ip_local_port_range) to this machine, or set TESTCONTAINERS_HOST_OVERRIDE to the host under which they are reached.',
	});
}

const goneCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EACCES', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT']);

/** True for an error of the connection to the engine itself, not for something that the engine said. */
export function isEngineGone(error: unknown): boolean {
	const {code, statusCode} = error as {code?: string; statusCode?: number};
	return statusCode === undefined && code !== undefined && goneCodes.has(code);
}

/** True if the engine said that it knows no such container or image. */
export function isNotFound(error: unknown): boolean {
	const {statusCode, message} = error as {statusCode?: number; message?: string};
	// Engine 20.10 answers 500 when an image went between being listed and being looked at.
	return statusCode === 404 || (message ?? '').includes('unrecognized image ID');
}

/** True if the engine said that something else is under way with a container or an image, or uses it. */
export function isConflict(error: unknown): boolean {
	return (error as {statusCode?: number}).statusCode === 409;
}

/** Puts a failed start, pull or commit into one of the harness's own errors. */
export function toServerError(failure: Failure): ServerError {
	const {cause, image, log} = failure;
	if (cause instanceof ServerError) {
		return cause;
	}

	const text = `${cause instanceof Error ? cause.message : String(cause)}\n${log}`;
	if (isEngineGone(cause)) {
		return engineError(cause instanceof Error ? cause.message : String(cause), cause);
	}

	if (/no space left on device|ENOSPC/i.test(text)) {
		return diskError(failure);
	}

	if (/port is already allocated|address already in use|ports are not available/i.test(text)) {
		return portError(failure);
	}

	return /no such image/i.test(text) ? imageError(image, cause) : startError(failure);
}
