import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {applyFixes} from '#lib/compliance/fix.js';
import {complianceRules, validateTddCompliance, type ComplianceIssue} from '#lib/index.js';

const project = path.join(import.meta.dirname, 'fixtures', 'project');
const root = path.resolve(import.meta.dirname, '../..');

const shown = ({file, line, column, rule}: ComplianceIssue): string => `${path.relative(project, file)}:${line}:${column} ${rule}`;

/** Every breach that is planted in the fixture project. */
const planted = [
	'tests/fixtures-of-all-kinds.test.ts:4:18 no-oversized-fixture',
	'tests/fixtures-of-all-kinds.test.ts:9:8 no-mixed-fixtures',
	'tests/fixtures-of-all-kinds.test.ts:18:27 no-repeated-ddl',
	'tests/fixtures-of-all-kinds.test.ts:22:18 no-oversized-fixture',
	'tests/mocked.test.ts:6:24 no-mocked-database',
	'tests/mocked.test.ts:7:15 no-mocked-database',
	'tests/performance/listing.test.js:4:6 mark-performance-tests',
	'tests/traditional.test.ts:6:5 no-shared-client',
	'tests/traditional.test.ts:14:8 no-manual-cleanup',
	'tests/traditional.test.ts:17:6 use-fixture',
	'tests/traditional.test.ts:22:6 use-fixture',
	'tests/traditional.test.ts:27:15 no-database-per-test',
];

test('the planted breaches of a project are found, each at its place, and nothing else', async t => {
	const issues = await validateTddCompliance(project, {cwd: project});
	t.deepEqual(issues.map(issue => shown(issue)), planted);
});

test('every rule has a breach in the fixture project', t => {
	t.deepEqual([...new Set(planted.map(line => line.split(' ')[1]!))].toSorted(), complianceRules.map(({name}) => name as string).toSorted());
});

test('a message is three sentences: what, why, what to do', async t => {
	for (const {message} of await validateTddCompliance(project, {cwd: project})) {
		t.true(message.split(/[.?!)](?: |$)/).length >= 4, message);
	}
});

test('files and folders can be named, left out, and held to some rules only', async t => {
	const one = await validateTddCompliance('tests/mocked.test.ts', {cwd: project});
	t.deepEqual(one.map(({line}) => line), [6, 7]);
	t.deepEqual(await validateTddCompliance([path.join(project, 'tests/mocked.test.ts'), 'tests/clean.test.ts'], {cwd: project}), one);
	t.deepEqual((await validateTddCompliance('tests/performance', {cwd: project})).map(({rule}) => rule), ['mark-performance-tests']);

	const without = await validateTddCompliance('.', {cwd: project, ignore: ['tests/traditional.test.ts', 'tests/performance/**']});
	t.deepEqual([...new Set(without.map(({file}) => path.basename(file)))], ['fixtures-of-all-kinds.test.ts', 'mocked.test.ts']);
	const some = await validateTddCompliance('.', {cwd: project, rules: ['no-manual-cleanup', 'use-fixture']});
	t.deepEqual(some.map(({rule}) => rule), ['no-manual-cleanup', 'use-fixture', 'use-fixture']);
});

test('a path that does not exist is an error, and a file that cannot be read an issue', async t => {
	await t.throwsAsync(validateTddCompliance('tests/no-such.test.ts', {cwd: project}), {code: 'ERR_COMPLIANCE_PATH', message: /tests\/no-such\.test\.ts does not exist in /});
	const [issue, ...others] = await validateTddCompliance(path.join(root, 'README.md'));
	t.is(issue?.rule, 'unreadable-file');
	t.deepEqual(others, []);
});

test('what can be fixed is clean afterwards', async t => {
	const file = path.join(project, 'tests/fixtures-of-all-kinds.test.ts');
	const issues = (await validateTddCompliance(file)).filter(({fix}) => fix);
	t.is(issues.length, 2);
	const fixed = applyFixes(await readFile(file, 'utf8'), issues);
	t.false(/test\('(?:one user|enhanced)', (?:tddParallelSafe|enhancedTddContext)/.test(fixed));
	t.is(fixed.match(/, tddTestContext, async/g)?.length, 5);
});

test('there is no false alarm on the guided examples', async t => {
	t.deepEqual(await validateTddCompliance('tests/examples', {cwd: root}), []);
});

test('the tests of this repository break no rule', async t => {
	t.deepEqual((await validateTddCompliance('tests', {cwd: root})).map(({file, line, rule, message}) => `${path.relative(root, file)}:${line} ${rule}: ${message}`), []);
});

test('every rule is explained in docs/compliance.md', async t => {
	const docs = await readFile(path.join(root, 'docs/compliance.md'), 'utf8');
	t.deepEqual([...docs.matchAll(/^## `?([a-z-]+)`?$/gm)].map(([, name]) => name), complianceRules.map(({name}) => name));
	t.deepEqual(complianceRules.filter(({docs: place, name}) => place !== `docs/compliance.md#${name}`), []);
});
