import test from 'ava';
import {readLatestRun} from '#lib/monitor/run-store.js';
import {withProject} from '../helpers/run-ava.ts';

test('a file whose worker was ended is named, and what its tests had done is kept', async t => {
	t.timeout(110_000);
	const project = await withProject(t, 'ended');
	const {exitCode, stderr, output} = await project.run();
	t.is(exitCode, 1, output);
	t.regex(stderr, /^ +incomplete +1 test recorded of tests\/exits\.test\.ts: its worker was ended$/m);
	t.regex(stderr, /^ +incomplete +1 under way in tests\/hangs\.test\.ts when its worker was ended$/m);
	const {files} = readLatestRun(project.folder)!;
	const told = files.map(({file, isUnfinished = false, tests}) => [file, isUnfinished, ...tests.map(({title}) => title)]);
	t.deepEqual(told.toSorted(([one], [other]) => String(one).localeCompare(String(other))), [
		['tests/exits.test.ts', true, 'one that takes a while'],
		['tests/hangs.test.ts', true, 'one that hangs'],
		['tests/passes.test.ts', false, 'one that passes where a hook had opened the session'],
	]);

	const alone = await project.run({args: ['tests/hangs.test.ts']});
	t.regex(alone.stderr, /^dataflow-tdd: 1 test in .*, 1 failed$[^]*^ +incomplete +1 under way in tests\/hangs\.test\.ts/m);
	t.is(readLatestRun(project.folder)!.files.length, 1, 'a run of which nothing is known but that has a record');
});
