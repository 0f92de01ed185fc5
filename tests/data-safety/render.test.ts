import test from 'ava';
import type {TestDataFinding} from '#lib/data-safety/finding.js';
import {renderTestData} from '#lib/data-safety/render.js';

const finding = (part: Partial<TestDataFinding>): TestDataFinding => ({
	kind: 'email', file: 'tests/a.test.ts', line: 3, column: 7, value: 'ada@…', why: 'it is real; RFC 2606 keeps others', replacement: 'ada@example.com', ...part,
});

test('findings stand in columns under their file, and the end says in three sentences what, why and what to do', t => {
	const findings = [
		finding({}), finding({line: 12, column: 40, kind: 'card', value: '************0366', why: 'it is a card\'s; ISO/IEC 7812 too', replacement: '4242424242424242'}),
		finding({file: 'seeds/b.sql', value: '愛@…'}),
	];
	t.is(renderTestData({findings, files: 2, unread: []}), [
		'tests/a.test.ts',
		'  3:7    email  ada@…             -> ada@example.com   it is real',
		'  12:40  card   ************0366  -> 4242424242424242  it is a card\'s',
		'',
		'seeds/b.sql',
		'  3:7  email  愛@…  -> ada@example.com  it is real',
		'',
		'What is free:',
		'  email  RFC 2606 keeps others',
		'  card   ISO/IEC 7812 too',
		'',
		'Test data: 3 values in 2 files could be somebody\'s (email 2, card 1). Test data comes to be in logs, reports and snapshots, and code under test may write to it, call it or charge it. '
		+ 'Put the values behind the arrows in their places, or let one stand with the comment `dataflow-tdd-allow email` in its line.',
	].join('\n'));
});

test('of a file with many findings some are shown, and the others counted', t => {
	const findings = Array.from({length: 25}, (_, index) => finding({line: index + 1}));
	const text = renderTestData({findings, files: 1, unread: []});
	t.is(text.match(/ada@example/g)?.length, 20);
	t.regex(text, /\n {2}and 5 more\n/);
	t.regex(text, /^Test data: 25 values in 1 file /m);
	t.is(renderTestData({findings, files: 1, unread: []}, {limit: 3}).match(/ada@example/g)?.length, 3);
});

test('what was not read is said, also where nothing was found', t => {
	t.is(renderTestData({findings: [], files: 1, unread: []}), 'Test data: nothing in 1 file could be somebody\'s.');
	const text = renderTestData({findings: [], files: 4, unread: [{file: 'seeds/c.sql', why: 'it never ends.'}]});
	t.is(text, 'seeds/c.sql was not checked: it never ends.\n\nTest data: nothing in 4 files could be somebody\'s.');
});
