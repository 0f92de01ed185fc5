import {readFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {applyFixes} from '../../compliance/fix.ts';
import type {ComplianceIssue} from '../../compliance/validate.ts';
import {findProject} from '../../config/project.ts';
import type {TestDataReport} from '../../data-safety/finding.ts';
import {CliError} from '../../errors.ts';
import {packageVersion} from '../../keeper/identity.ts';
import {asIssue} from '../check/data-issues.ts';
import {renderIssuesAsText} from '../check/render.ts';
import {print} from '../output.ts';
import type {CommonOptions} from '../project.ts';
import {writeAsked} from '../write-file.ts';

/** What `dataflow-tdd check` was called with. */
export interface CheckOptions extends CommonOptions {
	/** Files and folders. Default: all tests and seeds of the project. */
	readonly args: readonly string[];
	readonly fix?: boolean;
	/** Where to write SARIF. */
	readonly sarif?: string;
	/** True to write GitHub's annotations besides. Default: in GitHub Actions. */
	readonly github?: boolean;
	/** Globs of files that are left out. */
	readonly ignore?: readonly string[];
	/** Values that may stand in test data. */
	readonly allow?: readonly string[];
}

/** What both checks found. */
interface Found {
	/** How many files the rules were held to. */
	readonly tests: number;
	readonly issues: readonly ComplianceIssue[];
	readonly testData: TestDataReport;
}

/**
 * Holds the tests of a project to the rules, and its test data to what is nobody's. Fails when something was found.
 * @throws {ERR_CLI_NOTHING} when there is nothing to look at
 */
export async function check(options: CheckOptions): Promise<boolean> {
	const root = findProject();
	const found = await look(root, options);
	const {issues} = options.fix ? await mend(root, options, found.issues) : found;
	const {testData} = found;
	const all = [...issues, ...testData.findings.map(finding => asIssue(finding, root))];
	await writeForOthers(all, root, options);
	const {renderTestData} = await import('../../data-safety/render.ts');
	const tests = found.tests === 1 ? '1 test file' : `${found.tests} test files`;
	const files = `${tests} of ${options.args.length > 0 ? options.args.join(', ') : 'this project'}`;
	print({tests: found.tests, issues, testData}, {json: options.json ?? false, text: `${renderIssuesAsText(issues, {root, files})}\n\n${renderTestData(testData)}`});
	return all.length === 0 && testData.unread.length === 0;
}

async function look(root: string, {args, ignore = [], allow = []}: CheckOptions): Promise<Found> {
	const [{validateTddCompliance}, {findTestFiles}, {checkTestData}, {testDataFiles}] = await Promise.all([
		import('../../compliance/validate.ts'), import('../../compliance/files.ts'), import('../../data-safety/check-test-data.ts'), import('../../data-safety/files.ts'),
	]);
	// Paths are those of the folder that the command was called in.
	const paths = args.map(argument => path.resolve(argument));
	const files = paths.length > 0 ? paths.map(file => path.relative(root, file)) : testDataFiles;
	const where = paths.length > 0 ? paths : [root];
	const found = {
		tests: (await findTestFiles(where, {cwd: root, ignore})).length,
		issues: await validateTddCompliance(where, {cwd: root, ignore}),
		testData: await checkTestData({root, files: [...files, ...ignore.map(pattern => `!${pattern}`)], allow}),
	};
	assertSomething(found, where);
	return found;
}

/** A check that looked at nothing must not be green: it is called in a wrong folder, or leaves out too much. */
function assertSomething({tests, testData}: Found, where: readonly string[]): void {
	if (tests === 0 && testData.files === 0 && testData.unread.length === 0) {
		throw new CliError('ERR_CLI_NOTHING', {
			what: `There is nothing to check in ${where.join(', ')}.`,
			why: 'Neither files named like tests (*.test.ts, tests/) nor seeds or schemas were found there, or --ignore leaves all of them out.',
			fix: 'Call it in the folder of the project, or name files and folders: npx dataflow-tdd check path/to/tests.',
		});
	}
}

/** Mends what can be mended, and looks again. */
async function mend(root: string, options: CheckOptions, issues: readonly ComplianceIssue[]): Promise<Found> {
	const fixable = Map.groupBy(issues.filter(({fix}) => fix), ({file}) => file);
	for (const [file, some] of fixable) {
		await writeAsked(file, applyFixes(await readFile(file, 'utf8'), some), 'Make it writable, or run without --fix.');
		process.stderr.write(`mended ${path.relative(process.cwd(), file)}\n`);
	}

	return look(root, options);
}

async function writeForOthers(issues: readonly ComplianceIssue[], root: string, {sarif, github = process.env.GITHUB_ACTIONS === 'true', json}: CheckOptions): Promise<void> {
	if (sarif !== undefined) {
		const {toSarif} = await import('../../compliance/sarif.ts');
		const text = JSON.stringify(toSarif(issues, {version: packageVersion(), root}), undefined, '\t');
		await writeAsked(sarif, `${text}\n`, 'Name another one: dataflow-tdd check --sarif check.sarif');
	}

	if (github && !json) {
		const {renderIssues} = await import('../../compliance/annotations.ts');
		for (const line of renderIssues(issues, process.env.GITHUB_WORKSPACE ?? root)) {
			process.stdout.write(`${line}\n`);
		}
	}
}
