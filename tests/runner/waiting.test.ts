import test from 'ava';
import {withProject} from '../helpers/run-ava.ts';

test('what a test waits for is said while it waits, because a run that hangs shows no logs', async t => {
	t.timeout(60_000);
	const run = (await withProject(t, 'waiting')).start();
	await run.waitFor(/'waits at a barrier' has been waiting for 5 s: a barrier for 2, at which 1 arrived\n.*waiting\.test\.ts:7/);
	await run.waitFor(/'waits for a lock of its own' has been waiting for 5 s: [^]*insert into "users"/);
	await run.waitFor(/2 tests failed/);
	t.notRegex(run.output(), /has been waiting[^]*has been waiting[^]*has been waiting/, 'each is said once');
});
