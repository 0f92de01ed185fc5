import path from 'node:path';
import {glob} from 'tinyglobby';
import {readableFiles} from './literals/read.ts';

/** Where test data lies, unless told otherwise. Fixtures of tests about tests are nobody's data, what is built is there twice, and some JSON is no data. */
export const testDataFiles = ['tests', 'test', 'seeds', 'schemas', '**/*.{test,spec}.{ts,mts,cts,tsx,js,mjs,cjs,jsx}', '!**/{fixtures,build,dist,coverage}/**', '!**/{package,package-lock,tsconfig*}.json'];

/** Finds the files that folders, paths and patterns name, absolute, in the order of their paths. */
export async function findTestData(root: string, patterns: readonly string[]): Promise<string[]> {
	const files = await glob(patterns.map(pattern => slashed(pattern)), {cwd: root, absolute: true, ignore: ['**/node_modules/**']});
	return files.filter(file => readableFiles.test(file)).map(file => path.normalize(file)).toSorted();
}

/** How findings name a file: from the root, with slashes on every system. */
export function nameOf(root: string, file: string): string {
	return slashed(path.relative(root, file));
}

function slashed(file: string): string {
	return path.sep === '\\' ? file.replaceAll('\\', '/') : file;
}
