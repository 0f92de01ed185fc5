import process from 'node:process';
import {withTdd} from 'dataflow-tdd/ava/config';

/** `npx ava` runs the guided examples, and `npx ava --match='*G05*'` what proves that promise. */
export default withTdd(async () => {
	const args = process.argv.slice(2);
	const {filesForMatch} = args.some(argument => /\bG\d\d\b/.test(argument)) ? await import('./scripts/promise-tests.mjs') : {};
	const files = filesForMatch?.(args);
	return files ? {files, timeout: '2m'} : {files: ['tests/examples/**/*.test.ts']};
});
