// Checks what compiles and what must not, by tsd: tests/types/*.test-d.ts.
import path from 'node:path';
import process from 'node:process';
import tsdModule, {formatter} from 'tsd';

const tsd = tsdModule.default;
const cwd = path.dirname(import.meta.dirname);
const problems = await tsd({cwd, typingsFile: 'build/index.d.ts', testFiles: ['tests/types/**/*.test-d.ts']});
if (problems.length > 0) {
	console.error(formatter(problems));
	process.exitCode = 1;
} else {
	console.log('The types accept what they should, and nothing else.');
}
