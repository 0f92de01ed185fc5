import {existsSync} from 'node:fs';
import {readdir, rm} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {freshSchema, makeProjectFolder, runCli, untilGone} from '../helpers/project.ts';
import {withProject} from '../helpers/run-ava.ts';
import {hasTerminals, onTerminal} from '../helpers/terminal.ts';

const plain = {DATAFLOW_TDD_SERVER: 'embedded', DATAFLOW_TDD_WORKERS: '1', DATAFLOW_TDD_LINGER_MS: '60000', CI: undefined, FORCE_COLOR: undefined, NO_COLOR: undefined};
const escape = '\u001B';
const ctrlC = '\u0003';

test('where nothing is a terminal, or NO_COLOR is set, no command writes an escape code', async t => {
	const {folder, run} = await withProject(t, 'regressing');
	t.teardown(async () => runCli(folder, ['stop'], plain));
	await run({env: plain});
	for (const args of [['doctor'], ['stop'], ['warm'], ['status'], ['types'], ['check'], ['report', '--summary'], ['prune', '--days', '1000'], ['init', '--dry-run'], ['psql', '--url'], ['--help'], ['wram']]) {
		const {stdout, stderr} = await runCli(folder, args, plain);
		t.false((stdout + stderr).includes(escape), args.join(' '));
	}

	if (hasTerminals(t)) {
		await runCli(folder, ['stop'], plain);
		for (const args of [['doctor'], ['warm'], ['status'], ['report', '--summary']]) {
			const {status, output} = await onTerminal({dir: folder, args, env: {...plain, NO_COLOR: '1'}});
			t.is(status, 0, output);
			t.false(output.includes(escape), output);
		}

		t.true((await onTerminal({dir: folder, args: ['doctor'], env: plain})).output.includes(`${escape}[32m`), 'else there are colours');
	}
});

/** A project whose template is never done. */
async function endless(t: ExecutionContext): Promise<string> {
	const dir = await makeProjectFolder({
		'package.json': JSON.stringify({type: 'module', devDependencies: {typescript: '7', kysely: '0.29'}}), 'schemas/001.sql': freshSchema('select pg_sleep(3600);'),
	});
	t.teardown(async () => rm(dir, {recursive: true, force: true, maxRetries: 3}));
	return dir;
}

for (const [args, columns, what, noColor] of [[['warm'], 100, 'warm'], [['warm'], 100, 'warm with NO_COLOR', '1'], [['warm'], 0, 'warm on a terminal that does not know its width'], [['types'], 100, 'types'], [['init'], 100, 'init'], [['psql'], 100, 'psql before it is there'], [['snapshot', 'export', 'out.tar'], 100, 'snapshot export']] as const) {
	test(`Ctrl-C ends ${what} with 130, says nothing, and leaves nothing half-made`, async t => {
		if (!hasTerminals(t)) {
			return;
		}

		const dir = await endless(t);
		const {status, output} = await onTerminal({dir, args, columns, env: {...plain, NO_COLOR: noColor}, answer: {to: /applying schemas\/001\.sql/, keys: ctrlC}});
		t.is(status, 130, output);
		const isAnimated = columns > 0 && noColor === undefined;
		t.is(output.includes(escape), isAnimated, 'a spinner, where it can be one');
		t.true(!isAnimated || output.lastIndexOf(`${escape}[?25h`) >= output.lastIndexOf(`${escape}[?25l`), 'the cursor is shown');
		t.notRegex(output, /\n\s+at |Error/);
		t.false(existsSync(path.join(dir, 'tests/tdd-env.d.ts')));
		t.deepEqual((await readdir(dir)).filter(name => name.startsWith('out.tar')), []);

		const {keepers: [keeper], slots} = JSON.parse((await runCli(dir, ['status', '--json'], plain)).stdout);
		t.is(keeper.users, 0);
		t.is((await runCli(dir, ['stop'], plain)).status, 0);
		await untilGone(keeper.pid, slots.flatMap(({server}: {server?: string}) => server === undefined ? [] : [server]));
	});
}

test('Ctrl-C ends measure with 130, and leaves no history, no lock and no keeper', async t => {
	if (!hasTerminals(t)) {
		return;
	}

	const {folder} = await withProject(t, 'regressing');
	const {status, output} = await onTerminal({dir: folder, args: ['measure', '--update'], env: plain, answer: {to: /run 2 of 2/, keys: ctrlC}});
	t.is(status, 130, output);
	t.true(output.replaceAll(`${escape}[?25h`, '').endsWith('Interrupted. Nothing was recorded.\r\n'), output);
	t.notRegex(output, /\n\s+at /);
	t.deepEqual((await readdir(path.join(folder, 'tests'))).filter(name => name.includes('performance')), []);
	t.deepEqual(JSON.parse((await runCli(folder, ['status', '--json'], plain)).stdout).keepers, []);
});
