import {execFile} from 'node:child_process';
import {cp, readFile, symlink, writeFile} from 'node:fs/promises';
import {registerHooks} from 'node:module';
import path from 'node:path';
import process from 'node:process';
import {promisify} from 'node:util';
import test from 'ava';
import {ESLint, RuleTester, type Linter, type Rule} from 'eslint';
import plugin, {rules} from 'dataflow-tdd/eslint';
import {complianceRules, validateTddCompliance} from '#lib/index.js';
import {folderFor} from '../helpers/folder.ts';
import {dedent} from './checked.ts';

const root = path.resolve(import.meta.dirname, '../..');
const project = path.join(import.meta.dirname, 'fixtures', 'project');

// TypeScript 7 has no API for @typescript-eslint/parser; tsd brings the last one that has.
registerHooks({resolve: (specifier, context, next) => next(specifier === 'typescript' ? '@tsd/typescript' : specifier, context)});
const parser = await import('@typescript-eslint/parser') as Linter.Parser;

const recommended = plugin.configs.recommended satisfies Linter.Config;
const lint = async (cwd: string, options: ESLint.Options = {}): Promise<ESLint.LintResult[]> => new ESLint({
	cwd, overrideConfigFile: true, overrideConfig: [{...recommended, files: ['tests/**/*.test.{js,ts}'], languageOptions: {parser}}], ...options,
}).lintFiles(['tests/**/*.test.{js,ts}']);

/** What was found, in the words of `dataflow-tdd check`; repeated DDL of two files is for that alone. */
const shown = (results: readonly ESLint.LintResult[], cwd: string): string[] => results.flatMap(({filePath, messages}) => messages.map(({line, column, ruleId, message}) =>
	`${path.relative(cwd, filePath)}:${line}:${column} ${ruleId?.replace('dataflow-tdd/', '')} ${message}`)).toSorted();

test('ESLint with @typescript-eslint/parser finds what the check finds', async t => {
	const issues = await validateTddCompliance('.', {cwd: project});
	const expected = issues.map(({file, line, column, rule, message}) => `${path.relative(project, file)}:${line}:${column} ${rule} ${message}`).toSorted();
	t.true(expected.length > 10);
	t.deepEqual(shown(await lint(project), project), expected);
});

test('ESLint finds nothing in the guided examples', async t => {
	const results = await new ESLint({
		cwd: root, overrideConfigFile: true, overrideConfig: [{...recommended, files: ['**/*.ts'], languageOptions: {parser}}],
	}).lintFiles(['tests/examples/**/*.ts']);
	t.true(results.length > 20);
	t.deepEqual(shown(results, root), []);
});

test('ESLint applies the fixes', async t => {
	const folder = await folderFor(t);
	await cp(project, folder, {recursive: true});
	await ESLint.outputFixes(await lint(folder, {fix: true}));
	const text = await readFile(path.join(folder, 'tests/fixtures-of-all-kinds.test.ts'), 'utf8');
	t.is(text.match(/, tddTestContext, async/g)?.length, 5);
	t.false(shown(await lint(folder), folder).some(line => line.includes('no-oversized-fixture')));
});

test('the rules pass ESLint\'s own tester, on the default parser', t => {
	RuleTester.describe = (_, run) => run();
	RuleTester.it = (_, run) => run();
	const tester = new RuleTester();
	const head = 'import test from "ava";\nimport {enhancedTddContext, tddTestContext} from "dataflow-tdd/ava";\n';
	const rule = (name: keyof typeof rules): Rule.RuleModule => rules[name] as unknown as Rule.RuleModule;
	tester.run('no-oversized-fixture', rule('no-oversized-fixture'), {
		valid: [`${head}test("a", tddTestContext, async (t, {db}) => t.truthy(db));`, 'const nothing = "to see";'],
		invalid: [{
			code: `${head}test("a", enhancedTddContext, async (t, {db}) => t.truthy(db));`,
			output: `${head}test("a", tddTestContext, async (t, {db}) => t.truthy(db));`,
			errors: [{line: 3, column: 11, endLine: 3, endColumn: 29, message: /^'a' has the fixture enhancedTddContext for work that tddTestContext does\./}],
		}],
	});
	const pool = 'import test from "ava";\nimport pg from "pg";\nconst pool = new pg.Pool();\n';
	const query = 'test("a", async t => { await pool.query("select 1"); });';
	tester.run('use-fixture', rule('use-fixture'), {
		valid: [
			`${pool}// eslint-disable-next-line rule-to-test/use-fixture -- ESLint's own comments work\n${query}`,
			`${pool}// dataflow-tdd-ignore use-fixture: and ours\n${query}`,
		],
		invalid: [{code: `${pool}${query}`, errors: [{line: 4, column: 6, message: /^'a' uses a database without a fixture: new pg\.Pool\(\), in line 4\./}]}],
	});
	t.pass();
});

test('the plugin has all rules, each with its meta, and recommends all of them', t => {
	t.deepEqual(Object.keys(rules), complianceRules.map(({name}) => name));
	for (const {name, description, isFixable} of complianceRules) {
		t.like(rules[name].meta, {type: 'problem', docs: {description, recommended: true}, schema: []});
		t.is(rules[name].meta.fixable, isFixable ? 'code' : undefined);
	}

	t.deepEqual(Object.keys(recommended.rules), complianceRules.map(({name}) => `dataflow-tdd/${name}`));
	t.is(recommended.plugins['dataflow-tdd'], plugin);
	t.is(plugin.meta.name, 'dataflow-tdd');
});

test('oxlint loads the plugin, and finds the same', async t => {
	const folder = await folderFor(t);
	await cp(project, folder, {recursive: true});
	await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
	const config = path.join(folder, 'oxlintrc.json');
	await writeFile(config, JSON.stringify({plugins: [], categories: {correctness: 'off'}, jsPlugins: [path.join(root, 'build/eslint.js')], rules: recommended.rules}));
	const {stdout} = await promisify(execFile)(process.execPath, [path.join(root, 'node_modules/oxlint/bin/oxlint'), '-c', config, '--format', 'json', 'tests'], {cwd: folder})
		.catch((error: {stdout: string}) => error);
	const {diagnostics} = JSON.parse(stdout) as {diagnostics: ReadonlyArray<{filename: string; code: string; labels: ReadonlyArray<{span: {line: number; column: number}}>}>};
	const found = diagnostics.map(({filename, code, labels: [label]}) => `${filename}:${label?.span.line}:${label?.span.column} ${/\((.+)\)/.exec(code)?.[1]}`);
	const issues = await validateTddCompliance('.', {cwd: project});
	t.deepEqual(found.toSorted(), issues.map(({file, line, column, rule}) => `${path.relative(project, file)}:${line}:${column} ${rule}`).toSorted());
});

test('code in the form of CommonJS is read as well', async t => {
	const [result] = await new ESLint({
		overrideConfigFile: true, overrideConfig: [{...recommended, languageOptions: {sourceType: 'commonjs'}}],
	}).lintText(dedent(`
		const test = require('ava');
		const {Pool} = require('pg');
		const pool = new Pool();
		test('a user', async t => {
			await pool.query('select 1');
		});
	`), {filePath: 'some.test.cjs'});
	t.deepEqual(result?.messages.map(({ruleId, line}) => `${ruleId} ${line}`), ['dataflow-tdd/no-database-per-test 3', 'dataflow-tdd/use-fixture 4']);
});
