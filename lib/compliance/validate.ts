import type {ComplianceFix} from './finding.ts';
import type {ComplianceRuleName} from './rule-list.ts';

/** A place in a test file that breaks a rule. */
export interface ComplianceIssue {
	/** `unreadable-file` where a file is not JavaScript or TypeScript, `safe-test-data` for what the check of test data has found. */
	readonly rule: ComplianceRuleName | 'unreadable-file' | 'safe-test-data';
	/** Three sentences: what it is, why that is a breach, what to do. */
	readonly message: string;
	/** Absolute. */
	readonly file: string;
	/** From 1. */
	readonly line: number;
	/** From 1, in UTF-16 units, as editors count. */
	readonly column: number;
	/** From 1: the line on which it ends. */
	readonly endLine: number;
	/** Behind the last character. */
	readonly endColumn: number;
	/** What mends it, where that needs no thought. */
	readonly fix?: ComplianceFix;
}

/** What {@link validateTddCompliance} looks at. */
export interface ComplianceOptions {
	/** Where relative paths begin, and the project whose folders say what a test is for. Default: the working directory. */
	readonly cwd?: string;
	/** Globs of files that are left out, relative to `cwd`. Files that are named are never left out. Default none. */
	readonly ignore?: readonly string[];
	/** The rules to hold files to. Default: all. */
	readonly rules?: readonly ComplianceRuleName[];
}

/**
 * Looks for what test files do beside the harness: databases without a fixture, mocks, containers and pools of their own, clean-up by hand, shared clients,
 * more than one fixture, bigger ones than needed, repeated DDL, performance tests that measure nothing. It reads files and runs nothing; what is not certain
 * is not told. In a folder, files are looked at that AVA takes for tests by default.
 *
 * @returns one issue for each breach, by file and place; none when all is well
 * @throws {ERR_COMPLIANCE_PATH} when a path does not exist
 */
export async function validateTddCompliance(path: string | readonly string[], options: ComplianceOptions = {}): Promise<ComplianceIssue[]> {
	const {checkPaths} = await import('./check-files.ts');
	return checkPaths(typeof path === 'string' ? [path] : path, options);
}
