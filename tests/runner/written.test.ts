import test, {type ExecutionContext} from 'ava';
import {makeProject, patient, type AvaRun, type Project} from '../helpers/run-ava.ts';

let project: Project;
let run: AvaRun;

test.before(async t => {
	t.timeout(110_000);
	project = await makeProject('written');
	run = await project.run({env: patient});
});

test.after.always(async () => {
	await project.remove();
});

/** What stands below a test in AVA's list. */
function logOf(t: ExecutionContext, title: string): string {
	const [list = ''] = run.stdout.split(/^ {2}─$/m);
	const start = list.indexOf(`✘ [fail]: ${title}`);
	t.not(start, -1, run.output);
	return list.slice(start).split(/\n {2}[✔✘-] /)[0] ?? '';
}

/** All of these lines, whatever lies between them and however their columns are set. */
function shows(t: ExecutionContext, title: string, lines: readonly string[]): void {
	const log = logOf(t, title).replaceAll(/ {2,}/g, '  ');
	for (const line of lines) {
		t.true(log.includes(line), `${line}\n${log}`);
	}
}

test('G38 R: a failed test shows which rows it had inserted, updated and deleted, per table', t => {
	shows(t, 'an order goes wrong', [
		'What this test had written, before it was rolled back:',
		'customers: 1 inserted, 1 updated, 1 deleted\n',
		'+ 4  Dora  dora@example.com  false',
		'~ 2  Bob → Robert  bob@example.com  false → true  pays late',
		'- 3  Cleo  cleo@example.com',
		'orders: 2 inserted, 1 deleted\n',
		'- 1  1  paid',
		// These went by a cascade; Ada's row was locked by a foreign key, and is as it was.
		'order_lines: 2 deleted\n',
		'- 1  1  pencil  12',
	]);
	t.notRegex(logOf(t, 'an order goes wrong'), /Ada Lovelace|ruler/);
});

test('G38 R: of many rows a failed test shows some, and the number', t => {
	shows(t, 'many rows', ['customers: 1,234 inserted\n', '… 1,229 rows and 1 column more']);
	t.is(logOf(t, 'many rows').match(/^ +\+ /gm)?.length, 5);
	t.true(logOf(t, 'many rows').split('\n').every(line => line.length <= 100));
});

test('G38 R: what a test has undone itself is not shown, also after an error that nobody caught', t => {
	shows(t, 'what was undone', ['audit: 1 inserted\n', 'kept']);
	t.notRegex(logOf(t, 'what was undone'), /undone$|orders/m);
});

test('G38 R: tables that a test has created or truncated are shown as such', t => {
	shows(t, 'a table of its own', [
		'notes (created by this test): 1 inserted\n', '+ 1  hello',
		'scratch (created by this test): 1 inserted\n',
		'order_lines (altered, truncated or locked by this test, so that it cannot be compared): no row inserted or updated',
	]);
});

test('G38 R: rows are shown though the test has become a role that may not read them, and though they have no key', t => {
	shows(t, 'as a role without rights', ['audit: 2 inserted or updated, 1 updated or deleted\n', 'opened again']);
	t.regex(logOf(t, 'as a role without rights'), /^ +- .* opened$/m);
	t.regex(run.stdout, /permission denied for table customers/);
});

test('G38 R: what an open transaction has written is shown', t => {
	shows(t, 'a transaction is left open', ['order_lines: 3 deleted\n', 'an open transaction, connection or stream: `delete from "order_lines"`']);
});

test('G38 R: a failed test that has written nothing shows nothing', t => {
	t.notRegex(logOf(t, 'nothing is written'), /ℹ/);
});

test('G34 R: showing what was written leaves error, connection and database as they were', t => {
	t.regex(run.stdout, /✔ the one after them/);
	t.regex(run.stdout, /column "nonsense" does not exist/);
	t.is(run.exitCode, 1);
});
