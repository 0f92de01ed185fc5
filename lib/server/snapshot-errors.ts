import {SnapshotError} from '../errors.ts';

/** What comes from elsewhere holds something that no snapshot holds. */
export function notOurs(what: string, cause?: unknown): SnapshotError {
	return new SnapshotError('ERR_SNAPSHOT_DAMAGED', {
		what: `The snapshot in the archive cannot be used: ${what}.`,
		why: 'It was damaged on its way, or it was not made by dataflow-tdd.',
		fix: 'Nothing was imported. Export it again, or leave it: the next run builds the snapshot.',
		cause,
	});
}

/** The snapshot is whole, and of other sources, of another server or of another machine. */
export function mismatchError(source: string, {found, wanted, of}: {readonly found: string; readonly wanted: string; readonly of: string}): SnapshotError {
	return new SnapshotError('ERR_SNAPSHOT_MISMATCH', {
		what: `The snapshot in ${source} is not this project's: its ${of} is ${found}, and here it is ${wanted}.`,
		why: 'Schemas, seeds, packages that they import, or the version of PostgreSQL were others where it was built, or it was not made by dataflow-tdd; nothing was taken over.',
		fix: 'Build it where the sources are these: npx dataflow-tdd snapshot export, or push; or leave it: the next run builds its own.',
	});
}

/** What a registry, or the engine on its behalf, has said. */
export interface RegistryFailure {
	readonly reference: string;
	readonly doing: 'push' | 'pull';
	readonly cause: unknown;
}

const said = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).trim().replace(/\.$/, '');
const refusals = /unauthorized|authentication required|no basic auth credentials|denied|forbidden|\b40[13]\b|incorrect username or password|credential provider/i;
const absences = /manifest unknown|name unknown|not found|does not exist|manifest for .+ not found/i;

/** Puts what a registry has said into one of the harness's own errors. */
export function registryError({reference, doing, cause}: RegistryFailure): SnapshotError {
	if (cause instanceof SnapshotError) {
		return cause;
	}

	const text = said(cause);
	const host = reference.split('/')[0]!;
	// "pull access denied ..., repository does not exist or may require 'docker login'" may be either.
	if (refusals.test(text)) {
		return new SnapshotError('ERR_SNAPSHOT_LOGIN', {
			what: `The registry refused to ${doing} ${reference}: ${text}.`,
			why: 'It wants a login, or the one in the configuration of Docker may not do that.',
			fix: `Run: docker login ${host}`,
			cause,
		});
	}

	return absences.test(text) && doing === 'pull' ? absentError(reference, cause) : new SnapshotError('ERR_SNAPSHOT_REGISTRY', {
		what: `${reference} could not be ${doing === 'push' ? 'pushed' : 'pulled'}: ${text}.`,
		why: `The engine cannot reach the registry ${host}, speaks HTTPS with one that does not, or was cut off.`,
		fix: 'Look whether it runs, and whether the engine, which may be on another machine, can reach it: docker pull from there.',
		cause,
	});
}

function absentError(reference: string, cause: unknown): SnapshotError {
	return new SnapshotError('ERR_SNAPSHOT_ABSENT', {
		what: `There is no ${reference} in the registry.`,
		why: 'Nobody has pushed a snapshot of these sources yet, or it was removed.',
		fix: `Push it where it was built: npx dataflow-tdd snapshot push ${reference.replace(/@.*$|:[^/:]*$/, '')}. Or go on: the next run builds it.`,
		cause,
	});
}
