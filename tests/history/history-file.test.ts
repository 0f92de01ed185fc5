import {existsSync} from 'node:fs';
import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import test from 'ava';
import {readHistory, updateHistory} from '#lib/history/history-file.js';
import {emptyHistory, findMachine, withRun} from '#lib/history/history.js';
import {withFolder} from '../helpers/folder.ts';
import {runModule} from '../helpers/project.ts';
import {bareBaseline, machine, runOf} from './sample-history.ts';

/** Does something with the path of a history file that is not there yet. */
async function withFile(use: (file: string) => Promise<void>): Promise<void> {
	await withFolder(async folder => use(path.join(folder, 'tests', 'performance_history.json')));
}

const silent = (): void => {};

/** Histories of which one part, however deep, is not what it has to be. */
const damagedHistories = Object.fromEntries(([
	['baseline.counters', {}],
	['baseline.counters.texts', [1]],
	['baseline.counters.tests', {a: {statements: 'many'}}],
	['baseline.counters.tests', {a: {sent: [[0]]}}],
	['baseline.timings', {}],
	['baseline.timings.tests', {a: {fixture: 'tddTestContext', bodyMs: [1]}}],
	['baseline.timings.tests', {a: {fixture: 'tddTestContext', bodyMs: [], contextMs: []}}],
	['baseline.timings.tests', {a: {fixture: 'tddTestContext', bodyMs: [1, 2], contextMs: [1, 2]}}],
	['baseline.timings.measures', {a: 1}],
	['baseline.timings.calibrationMs', [null]],
	['baseline.version', 1],
	['machine.cores', '2'],
	['runs', [{at: '', version: '', samples: 1}]],
] as const).map(([place, value]) => {
	const history = structuredClone(withRun(emptyHistory, machine, {run: runOf('suite', 1), baseline: {...bareBaseline, timings: {...bareBaseline.timings, calibrationMs: [1]}}}));
	const names = place.split('.');
	const owner = names.slice(0, -1).reduce((part: object, name) => (part as Record<string, object>)[name]!, history.machines[0]!);
	Object.assign(owner, {[names.at(-1)!]: value});
	return [`a history whose ${place} is ${JSON.stringify(value)}`, JSON.stringify(history)];
}));

test('a file that is not there is an empty history, and reading does not make it', async t => {
	await withFile(async file => {
		t.deepEqual(await readHistory(file), emptyHistory);
		t.false(existsSync(file));
	});
});

test('the last ten runs of each machine class are kept, and those of other classes are not touched', async t => {
	await withFile(async file => {
		const other = {...machine, cores: 64};
		await updateHistory(file, history => withRun(history, other, {run: runOf('suite', 1), baseline: bareBaseline}));
		for (let ms = 1; ms <= 12; ms++) {
			await updateHistory(file, history => withRun(history, machine, {run: runOf('suite', ms), baseline: bareBaseline}));
		}

		const history = await readHistory(file);
		t.deepEqual(findMachine(history, machine)!.runs.map(({metrics}) => metrics['suite']), [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
		t.is(findMachine(history, other)!.runs.length, 1);
		for (const [field, value] of Object.entries({platform: 'darwin', arch: 'arm64', cpu: 'B', memoryGb: 16, node: '26', server: 'container 18', isCi: true})) {
			t.is(findMachine(history, {...machine, [field]: value}), undefined, field);
		}
	});
});

test('the file is readable: tabs, lists of figures on one line, microseconds', async t => {
	await withFile(async file => {
		const timings = {...bareBaseline.timings, calibrationMs: [1.234_567, 2, 3]};
		await updateHistory(file, history => withRun(history, machine, {run: runOf('suite', 1.000_4), baseline: {...bareBaseline, timings}}));
		const text = await readFile(file, 'utf8');
		t.regex(text, /^\{\n\t"format": 1,\n\t"machines": \[/);
		t.true(text.includes('"calibrationMs": [1.235, 2, 3]\n'), text);
		t.true(text.includes('"suite": 1\n'), text);
		t.true(text.endsWith('}\n'));
		t.like(JSON.parse(text), {format: 1});
	});
});

test('updates of several processes at once are all kept, and readers meanwhile find a whole file', async t => {
	await withFile(async file => {
		const add = (name: string): string => `
			import {updateHistory} from '#lib/history/history-file.js';
			for (let number = 0; number < 4; number++) {
				await updateHistory(${JSON.stringify(file)}, history => ({...history, plain: [...history.plain ?? [], {[${JSON.stringify(name)} + number]: number}]}));
			}`;
		const names = ['a', 'b', 'c', 'd'];
		const state = {isDone: false};
		const writers = Promise.all(names.map(async name => runModule(add(name)))).finally(() => {
			state.isDone = true;
		});
		let reads = 0;
		while (!state.isDone) {
			await t.notThrowsAsync(readHistory(file, message => {
				t.fail(message);
			}));
			reads++;
			await nextTurn();
		}

		for (const {status, stderr} of await writers) {
			t.is(status, 0, stderr);
			t.is(stderr, '');
		}

		t.true(reads > 1);
		const kept = (await readHistory(file)).plain!.flatMap(run => Object.keys(run)).toSorted();
		t.deepEqual(kept, names.flatMap(name => [0, 1, 2, 3].map(number => `${name}${number}`)));
		t.deepEqual(await readdir(path.dirname(file)), ['performance_history.json'], 'neither a lock nor a part of a file is left');
	});
});

for (const [what, text] of Object.entries({
	'cut off': '{"format": 1, "machines": [{"mach',
	empty: '',
	'of another kind': '{"name": "dataflow-tdd"}',
	'a list of other things': '[{"suite": "fast"}]',
	'without a baseline': '{"format": 1, "machines": [{"machine": {}, "runs": []}]}',
	...damagedHistories,
})) {
	test(`a file that is ${what} is set aside with a message, not lost`, async t => {
		await withFile(async file => {
			await mkdir(path.dirname(file));
			await writeFile(file, text);
			const messages: string[] = [];
			const history = await updateHistory(file, before => withRun(before, machine, {run: runOf('suite', 1), baseline: bareBaseline}), message => messages.push(message));
			t.is(history.machines.length, 1);
			const aside = (await readdir(path.dirname(file))).find(name => name !== path.basename(file))!;
			t.regex(aside, /^performance_history\.json\.damaged-\d{8}T\d{6}Z$/);
			t.is(await readFile(path.join(path.dirname(file), aside), 'utf8'), text);
			t.is(messages.length, 1);
			t.regex(messages[0]!, /^dataflow-tdd: the history .*performance_history\.json is damaged \(.+\); it was set aside as performance_history\.json\.damaged-/);
			t.deepEqual(await readHistory(file), history);
		});
	});
}

test('reading sets a damaged file aside, too, and two of one second do not overwrite each other', async t => {
	await withFile(async file => {
		await mkdir(path.dirname(file));
		for (const text of ['one', 'two', 'three']) {
			await writeFile(file, text);
			t.deepEqual(await readHistory(file, silent), emptyHistory);
		}

		const names = await readdir(path.dirname(file));
		const texts = await Promise.all(names.map(async name => readFile(path.join(path.dirname(file), name), 'utf8')));
		t.deepEqual(texts.toSorted(), ['one', 'three', 'two']);
	});
});

test('by default the message goes to stderr', async t => {
	await withFile(async file => {
		await mkdir(path.dirname(file));
		await writeFile(file, 'damaged');
		const {stderr} = await runModule(`import {readHistory} from '#lib/history/history-file.js'; await readHistory(${JSON.stringify(file)});`);
		t.regex(stderr, /is damaged .* set aside/);
	});
});

test(`the reference's plain list is read, and kept beside what is added`, async t => {
	await withFile(async file => {
		await mkdir(path.dirname(file));
		await writeFile(file, '[\n  {"individual_test": 12.5},\n  {"individual_test": 13.5}\n]');
		const plain = [{individual_test: 12.5}, {individual_test: 13.5}];
		t.deepEqual((await readHistory(file)).plain, plain);
		await updateHistory(file, history => withRun(history, machine, {run: runOf('suite', 1), baseline: bareBaseline}));
		t.deepEqual((await readHistory(file)).plain, plain);
	});
});

test('a file of a newer release is neither used nor changed', async t => {
	await withFile(async file => {
		await mkdir(path.dirname(file));
		const text = '{\n\t"format": 2,\n\t"machines": {}\n}\n';
		await writeFile(file, text);
		await t.throwsAsync(updateHistory(file, history => history), {code: 'ERR_HISTORY_FORMAT', message: /has format 2, and this release of dataflow-tdd knows 1\..*historyFile/});
		t.is(await readFile(file, 'utf8'), text);
	});
});

test('who finds the file locked for long is told so', async t => {
	await withFile(async file => {
		await mkdir(path.dirname(file));
		const locking = runModule(`
			import {existsSync} from 'node:fs';
			import {setTimeout as delay} from 'node:timers/promises';
			import {lock} from 'proper-lockfile';
			const release = await lock(${JSON.stringify(file)}, {realpath: false, update: 1000, stale: 5000});
			while (!existsSync(${JSON.stringify(`${file}.done`)})) {
				await delay(50);
			}

			await release();`);
		while (!existsSync(`${file}.lock`)) {
			await nextTurn();
		}

		await t.throwsAsync(updateHistory(file, history => history), {code: 'ERR_HISTORY_BUSY', message: /has been locked by another process.*performance_history\.json\.lock/});
		await writeFile(`${file}.done`, '');
		t.is((await locking).status, 0);
	});
});
