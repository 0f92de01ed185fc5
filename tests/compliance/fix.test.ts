import test from 'ava';
import {checkText} from '#lib/compliance/check-files.js';
import {ruleNames} from '#lib/compliance/checks.js';
import {applyFixes} from '#lib/compliance/fix.js';
import type {ComplianceIssue} from '#lib/index.js';

const issue = (range: [number, number], text: string): ComplianceIssue => ({rule: 'no-oversized-fixture', message: '', file: '', line: 1, column: 1, endLine: 1, endColumn: 1, fix: {range, text}});

test('fixes are applied in the order of their places, and of two that overlap the first', t => {
	t.is(applyFixes('one two three', [issue([8, 13], '3'), issue([0, 3], '1')]), '1 two 3');
	t.is(applyFixes('one two three', [issue([4, 13], 'rest'), issue([0, 7], 'begin')]), 'begin three');
	t.is(applyFixes('one two', [issue([0, 4], ''), issue([4, 7], 'three')]), 'three');
});

test('issues come by line and column, whichever rule they are of', t => {
	const text = 'import test from \'ava\';\nimport pg from \'pg\';\nconst pool = new pg.Pool(); test(\'a user\', async t => t.truthy(await pool.query(\'select 1\')));\n';
	const issues = checkText({file: '/project/tests/a.test.ts', root: '/project', text, definitions: new Map()}, ruleNames);
	t.deepEqual(issues.map(({line, column, rule}) => `${line}:${column} ${rule}`), ['3:14 no-database-per-test', '3:34 use-fixture']);
});
