import process from 'node:process';

/** Where CI services say which part of a suite a job is to run: what AVA reads, in pairs of number and total. */
const variables = [
	['CI_NODE_INDEX', 'CI_NODE_TOTAL'],
	['CIRCLE_NODE_INDEX', 'CIRCLE_NODE_TOTAL'],
	['BITBUCKET_PARALLEL_STEP', 'BITBUCKET_PARALLEL_STEP_COUNT'],
	['BUILDKITE_PARALLEL_JOB', 'BUILDKITE_PARALLEL_JOB_COUNT'],
	['SEMAPHORE_CURRENT_JOB', 'SEMAPHORE_JOB_COUNT'],
] as const;

/** True in one of several jobs that divide the test files of a run among them. Each has to have the files in the same order. */
export function isParallelBuild(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
	return variables.some(([index, total]) => /^\d/.test(env[index] ?? '') && Number.parseInt(env[total] ?? '', 10) > 1);
}
