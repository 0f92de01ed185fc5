import type {CliCommand} from '../cli-command.ts';
import {lazily, withArguments} from './action.ts';

const snapshotText = `
A snapshot is what servers start from: the schema and the seeds, applied once. It is named by a fingerprint of all that went into it, and is used
only where the sources come to the same one. docs/snapshots.md says what is verified on arrival, and what is not.`;

function addArchiveCommands(snapshot: CliCommand): void {
	snapshot.command('export').description('write the snapshot of this project into a file; it is built first where it is not there')
		.argument('<file>', 'where to write it; the file appears when it is whole')
		.option('--json', 'print JSON')
		.addExamples(['dataflow-tdd snapshot export snapshot.tar # behind the tests: then the seeds that they asked for are in it'])
		.action(withArgument(async () => (await import('../commands/snapshot.ts')).exportTo));
	snapshot.command('import').description('take the snapshot out of a file, if it is of these sources and of this server')
		.argument('<file>', 'what `snapshot export` has written')
		.option('--json', 'print JSON')
		.addExamples(['dataflow-tdd snapshot import snapshot.tar || true # in CI: what does not fit is built'])
		.action(withArgument(async () => (await import('../commands/snapshot.ts')).importFrom));
}

function addRegistryCommands(snapshot: CliCommand): void {
	snapshot.command('push').description('push the snapshot of this project to a registry, tagged by its fingerprint; it is built first where it is not there')
		.argument('<repository>', 'the registry and a name in it, without a tag; logins are those of `docker login`')
		.option('--json', 'print JSON')
		.addExamples(['dataflow-tdd snapshot push ghcr.io/acme/shop-snapshots # behind the tests: then the seeds that they asked for are in it'])
		.action(withArgument(async () => (await import('../commands/snapshot-registry.ts')).push));
	snapshot.command('pull').description('pull the snapshot of this project from a registry, if it is of these sources and of this image of PostgreSQL')
		.argument('<repository>', 'the registry and a name in it, without a tag')
		.option('--digest <digest>', 'nothing but this one, as `snapshot push` has printed it')
		.option('--json', 'print JSON')
		.addExamples(['dataflow-tdd snapshot pull ghcr.io/acme/shop-snapshots || true # in CI: what is not there is built'])
		.action(withArgument(async () => (await import('../commands/snapshot-registry.ts')).pull));
}

/** A command with one argument gets it as the first of `args`. */
const withArgument: typeof withArguments = load => async (argument, options) => withArguments(load)([argument as unknown as string], options);

/** What brings snapshots from machine to machine. */
export function addSnapshotCommands(program: CliCommand): void {
	const snapshot = program.command('snapshot').description('bring the snapshot of this project to other machines: as a file, or through a registry')
		.addExamples([
			'dataflow-tdd snapshot key # what a cache is to be keyed by',
			'dataflow-tdd snapshot export snapshot.tar',
			'dataflow-tdd snapshot import snapshot.tar',
			'dataflow-tdd snapshot push ghcr.io/acme/shop-snapshots',
			'dataflow-tdd snapshot pull ghcr.io/acme/shop-snapshots',
		], snapshotText);
	snapshot.command('key').description('print the fingerprint of this project, and nothing else: a key for caches; no server is started')
		.option('--json', 'print JSON')
		.addExamples(['dataflow-tdd snapshot key', 'echo "key=$(npx dataflow-tdd snapshot key)" >> "$GITHUB_OUTPUT"'])
		.action(lazily(async () => (await import('../commands/snapshot.ts')).key));
	snapshot.command('list').description('list the snapshots of all projects on this machine, of the kind of server that tests run on now; * is the one of this project as it is')
		.option('--json', 'print JSON')
		.addExamples(['dataflow-tdd snapshot list'])
		.action(lazily(async () => (await import('../commands/snapshot.ts')).list));
	addArchiveCommands(snapshot);
	addRegistryCommands(snapshot);
}
