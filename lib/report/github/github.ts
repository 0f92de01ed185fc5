import {appendFile} from 'node:fs/promises';
import process from 'node:process';
import {stripVTControlCharacters} from 'node:util';
import {ReportError} from '../../errors.ts';
import type {RunRecord} from '../../monitor/records.ts';
import {testsOf} from '../totals.ts';
import {unseenFailure} from '../unseen.ts';
import {annotationsOf, renderAnnotations} from './annotations.ts';
import {renderMarkdown} from './markdown.ts';

/** Of the environment, what GitHub Actions sets. */
type Environment = Readonly<Record<'GITHUB_STEP_SUMMARY' | 'GITHUB_WORKSPACE', string | undefined>>;

const actions = (): Environment => ({GITHUB_STEP_SUMMARY: process.env.GITHUB_STEP_SUMMARY, GITHUB_WORKSPACE: process.env.GITHUB_WORKSPACE});

/**
 * Reports a run to GitHub Actions: annotations as commands on `stream`, which the runner reads, and the summary of the job in the file that it names.
 * @throws {ERR_REPORT_WRITE} when that file cannot be written
 */
export async function reportToGithub(run: RunRecord, stream: NodeJS.WritableStream, env: Environment = actions()): Promise<void> {
	const tests = testsOf(run);
	const unseen = unseenFailure(run, tests);
	if (tests.length === 0 && unseen === undefined) {
		return;
	}

	if (unseen !== undefined) {
		stream.write(`::error title=dataflow-tdd::${unseen}\n`);
	}

	for (const line of renderAnnotations(annotationsOf(run), env.GITHUB_WORKSPACE ?? run.projectDir)) {
		stream.write(`${stripVTControlCharacters(line)}\n`);
	}

	if (env.GITHUB_STEP_SUMMARY) {
		await appendSummary(env.GITHUB_STEP_SUMMARY, renderMarkdown(run));
	}
}

async function appendSummary(file: string, text: string): Promise<void> {
	try {
		await appendFile(file, text);
	} catch (error) {
		throw new ReportError('ERR_REPORT_WRITE', {
			what: `The summary of the job cannot be written to ${file}: ${(error as Error).message}.`,
			why: 'GITHUB_STEP_SUMMARY should name a file that a step may write to.',
			fix: 'Look whether an earlier command of this step has changed that variable; the run itself is not touched by this.',
			cause: error,
		});
	}
}
