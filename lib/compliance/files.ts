import {stat} from 'node:fs/promises';
import path from 'node:path';
import {glob} from 'tinyglobby';
import {ComplianceError} from '../errors.ts';

const extensions = '{js,mjs,cjs,jsx,ts,mts,cts,tsx}';

/** What AVA takes for test files by default, and what other runners do. */
const testFiles = ['test', 'src/test', 'source/test', '**/test-*', '**/*.test', '**/*.spec', '**/*_test', '**/test/**/*', '**/tests/**/*', '**/__tests__/**/*'].map(name => `${name}.${extensions}`);

// Names that begin with one underscore are helpers; `__tests__` begins with two.
const others = ['**/node_modules/**', '**/{build,dist,coverage}/**', '**/*.d.{ts,mts,cts}', '**/{test,tests,__tests__}/**/{helper,helpers,fixture,fixtures,__helpers__,__fixtures__}/**', '**/_*.*', '**/_[!_]*/**'];

/**
 * Finds the files to check: a file as it is named, of a folder what AVA takes for tests by default.
 * @throws {ERR_COMPLIANCE_PATH} when a path does not exist
 */
export async function findTestFiles(paths: readonly string[], {cwd, ignore}: {readonly cwd: string; readonly ignore: readonly string[]}): Promise<string[]> {
	const files = await Promise.all(paths.map(async one => {
		const target = path.resolve(cwd, one);
		const status = await stat(target).catch(() => undefined);
		if (!status) {
			throw missing(one, cwd);
		}

		return status.isFile() ? [target] : filesOf(target, ignore.map(pattern => path.relative(target, path.resolve(cwd, pattern)).split(path.sep).join('/')));
	}));
	return [...new Set(files.flat())].toSorted();
}

async function filesOf(folder: string, ignored: readonly string[]): Promise<string[]> {
	// A folder of tests is one, whatever it is called from its inside.
	const isInTests = folder.split(path.sep).some(name => ['test', 'tests', '__tests__'].includes(name));
	const patterns = isInTests ? [`**/*.${extensions}`] : testFiles;
	const helpers = isInTests ? ['**/{helper,helpers,fixture,fixtures}/**'] : [];
	const files = await glob(patterns, {cwd: folder, absolute: true, ignore: [...others, ...helpers, ...ignored]});
	return files.map(file => path.normalize(file));
}

function missing(given: string, cwd: string): ComplianceError {
	return new ComplianceError('ERR_COMPLIANCE_PATH', {
		what: `${given} does not exist in ${cwd}.`,
		why: 'It was named as a file or a folder of tests to check.',
		fix: 'Name another one, or none: `npx dataflow-tdd check` looks at the tests of the project.',
	});
}
