import test from 'ava';
import {withFolder} from '../helpers/folder.ts';
import {runCli} from '../helpers/project.ts';

const misuses: ReadonlyArray<readonly [args: readonly string[], sentences: string]> = [
	[['wram'], `Unknown command 'wram'. Did you mean warm? The commands are doctor, status, warm, stop, `],
	[['status', '--jsn'], `Unknown option '--jsn'. Did you mean --json? The options are --all, --json`],
	[['prune', '--hours', '3'], `Unknown option '--hours'. The options are --days, --all, --dry-run, --json. Run: npx dataflow-tdd prune --help. An example: npx dataflow-tdd prune --days 3\n`],
	[['status', 'now', 'please'], `Too many arguments for 'status'. Expected 0 arguments but got 2. Run: npx dataflow-tdd status --help. An example: npx dataflow-tdd status\n`],
	[['prune', '--days'], `The option --days has no value. It cannot be left out. Run: npx dataflow-tdd prune --help.`],
	[['prune', '--days', 'x'], `The option --days is 'x'. It has to be a number of days from 0. Run: npx dataflow-tdd prune --help.`],
	[['measure', '--samples', '2.5'], `The option --samples is '2.5'. It has to be a whole number from 3: fewer samples do not tell a change from chance. Run: npx dataflow-tdd measure --help.`],
	[['snapshot', 'wram'], `Unknown command 'wram'. The commands are key, list, export, import, push, pull. Run: npx dataflow-tdd snapshot --help. An example: npx dataflow-tdd snapshot key\n`],
	[['snapshot', 'export'], `Missing required argument 'file'. It cannot be left out. Run: npx dataflow-tdd snapshot export --help. An example: npx dataflow-tdd snapshot export snapshot.tar\n`],
	[['snapshot', 'key', '--all'], `Unknown option '--all'. The options are --json. Run: npx dataflow-tdd snapshot key --help. An example: npx dataflow-tdd snapshot key\n`],
	[['doctor', '--mark', '--unmark'], 'The options --mark and --unmark were given together. The one takes away what the other sets. Run: npx dataflow-tdd doctor --help\n'],
];

test('a wrong command line is three sentences that name the --help to read, and exit code 2', async t => {
	await withFolder(async folder => {
		for (const [args, sentences] of misuses) {
			const {status, stdout, stderr} = await runCli(folder, args);
			t.is(status, 2, args.join(' '));
			t.is(stdout, '');
			t.true(stderr.startsWith(`ERR_CLI_USAGE: ${sentences}`), stderr);
			t.is(stderr.split('\n').length, 2, 'one line');
		}
	});
});

test('with --json an error is one line of JSON, with the code, the message and the hint', async t => {
	await withFolder(async folder => {
		for (const [args, sentences] of misuses) {
			const {status, stdout, stderr} = await runCli(folder, [args[0]!, '--json', ...args.slice(1)]);
			t.is(status, 2, stderr);
			t.is(stdout, '');
			const {error, ...rest} = JSON.parse(stderr);
			t.deepEqual(rest, {});
			t.is(error.code, 'ERR_CLI_USAGE');
			// Of a command that only holds others, --json is no option.
			t.true(['wram', 'snapshot'].includes(args[0]!) || error.message.startsWith(sentences.trimEnd()), stderr);
			t.true(error.message.endsWith(error.hint));
			t.regex(error.hint, /^Run: npx dataflow-tdd .*--help/);
		}

		const harness = await runCli(folder, ['init', '--json']);
		t.is(harness.status, 1);
		t.is(harness.stdout, '');
		t.like(JSON.parse(harness.stderr), {error: {code: 'ERR_CLI_INIT', hint: 'Run: npm init -y && npm pkg set type=module'}});
	});
});

test('what stands behind -- is not asked for JSON', async t => {
	await withFolder(async folder => {
		const {stderr} = await runCli(folder, ['measure', '--samples', '1', '--', '--json']);
		t.regex(stderr, /^ERR_CLI_USAGE: /);
	});
});

test('without a command the help is shown, as an error', async t => {
	await withFolder(async folder => {
		const {status, stdout, stderr} = await runCli(folder, []);
		t.is(status, 2);
		t.is(stdout, '');
		t.regex(stderr, /^Usage: dataflow-tdd /);
	});
});

const commands = ['doctor', 'status', 'warm', 'stop', 'init', 'types', 'check', 'report', 'measure', 'psql', 'prune'];

test('--help lists the commands and the exit codes, --version the version', async t => {
	await withFolder(async folder => {
		const help = await runCli(folder, ['--help']);
		t.is(help.status, 0);
		t.deepEqual([...help.stdout.matchAll(/^ {2}([a-z]+) \[/gm)].map(([, name]) => name), [...commands, 'help']);
		t.regex(help.stdout, /Exit codes: 0 .* 1 .* 2 /);
		t.regex((await runCli(folder, ['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
	});
});

test('each command has --json, and a --help with examples of itself', async t => {
	await withFolder(async folder => {
		for (const command of commands) {
			const {status, stdout, stderr} = await runCli(folder, [command, '--help']);
			t.is(status, 0, stderr);
			t.regex(stdout, /^ {2}--json +/m, command);
			t.regex(stdout, new RegExp(`^Examples?:\\n.*\\bdataflow-tdd ${command}\\b`, 'm'), command);
		}
	});
});
