import test from 'ava';
import {runCli} from '../helpers/project.ts';
import {withProject} from '../helpers/run-ava.ts';

const env = {DATAFLOW_TDD_SERVER: 'embedded', DATAFLOW_TDD_WORKERS: '1', DATAFLOW_TDD_LINGER_MS: '60000', CI: undefined, FORCE_COLOR: undefined, GITHUB_ACTIONS: 'true'};

/** What each command prints at least. */
const printed: ReadonlyArray<readonly [args: readonly string[], keys: readonly string[]]> = [
	[['doctor'], ['0', '1']],
	// It ends the keeper of its runs.
	[['measure', '--no-buffers', '--samples', '3'], ['machine', 'samples', 'hasBaseline', 'historyFile', 'timings']],
	[['warm'], ['fingerprint', 'isCached', 'pid', 'lingerMs']],
	[['status'], ['running', 'pid', 'slots', 'keepers', 'others']],
	[['status', '--all'], ['running', 'keepers', 'others']],
	[['types'], ['file', 'isCurrent', 'wasWritten']],
	[['types', '--check'], ['file', 'isCurrent', 'wasWritten']],
	[['psql', '--url'], ['serviceFile', 'name', 'host', 'port', 'user', 'dbname', 'url']],
	[['report'], ['id', 'files']],
	[['report', '--summary', '--junit', 'out/junit.xml'], ['id', 'files']],
	[['init'], ['projectDir', 'files', 'next']],
	[['check', 'tests/notes.test.ts'], ['tests', 'issues', 'testData']],
	[['snapshot', 'key'], ['fingerprint', 'kind', 'identity']],
	[['snapshot', 'list'], ['fingerprint', 'snapshots']],
	[['snapshot', 'export', 'out/snapshot.tar'], ['file', 'snapshot', 'fingerprint', 'contents', 'isBuilt']],
	[['snapshot', 'import', 'out/snapshot.tar'], ['file', 'snapshot', 'wasHere']],
	[['prune', '--days', '1000'], ['removed', 'kept', 'freedBytes']],
	[['stop'], ['stopped', 'pid', 'keepers', 'others']],
];

test('each command prints with --json one JSON text, and nothing else on stdout', async t => {
	t.timeout(300_000);
	const {folder, run} = await withProject(t, 'regressing');
	t.teardown(async () => runCli(folder, ['stop'], env));
	await run({env: {...env, GITHUB_ACTIONS: undefined}});
	for (const [args, keys] of printed) {
		const {stdout, stderr} = await runCli(folder, [...args, '--json'], env);
		t.notThrows(() => JSON.parse(stdout), `${args.join(' ')}: ${stdout}${stderr}`);
		const result: object = JSON.parse(stdout);
		t.deepEqual(keys.filter(key => !(key in result)), [], `${args.join(' ')}: ${stdout}`);
	}

	const {stdout: help} = await runCli(folder, ['--help']);
	const commands = [...help.matchAll(/^ {2}([a-z]+) \[options\]/gm)].map(([, name]) => name!);
	t.deepEqual(commands.filter(name => !printed.some(([[command]]) => command === name)), [], 'no command is left out');
});
