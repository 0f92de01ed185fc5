import {existsSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import type {ExecutionContext} from 'ava';
import {chromium, type Browser, type BrowserContextOptions, type Page} from 'playwright-core';
import type {RunRecord} from '#lib/monitor/records.js';
import {renderPage, type PageOptions} from '#lib/report/page/page.js';

const executablePath = '/usr/bin/chromium';

/** Why the page cannot be tried here; nothing where it can. */
export const missingBrowser = existsSync(executablePath) ? undefined : `no Chromium at ${executablePath}: install Debian's package chromium to test the report's page`;

/** A page that is open in a browser, and what it has said and asked for. */
export interface OpenPage {
	readonly page: Page;
	/** Lines of the console and errors. */
	readonly said: string[];
	/** The addresses that it asked for, its own first. */
	readonly asked: string[];
}

/** Opens pages in one headless Chromium. */
export class Pages {
	#browser: Promise<Browser> | undefined;

	/** Renders a run to a file, opens it, and closes it with the test. */
	async open(t: ExecutionContext, run: RunRecord, options: PageOptions & BrowserContextOptions & {readonly hash?: string} = {}): Promise<OpenPage> {
		const folder = await mkdtemp(path.join(os.tmpdir(), 'tdd-page-'));
		const file = path.join(folder, 'report.html');
		await writeFile(file, await renderPage(run, options));
		this.#browser ??= chromium.launch({executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage']});
		const context = await (await this.#browser).newContext({viewport: {width: 1280, height: 900}, reducedMotion: 'reduce', ...options});
		t.teardown(async () => {
			await context.close();
			await rm(folder, {recursive: true});
		});
		context.setDefaultTimeout(60_000);
		const page = await context.newPage();
		const [said, asked]: [string[], string[]] = [[], []];
		page.on('console', message => said.push(`${message.type()}: ${message.text()}`));
		page.on('pageerror', error => said.push(String(error)));
		page.on('request', request => asked.push(request.url()));
		await page.goto(`${pathToFileURL(file).href}${options.hash ?? ''}`);
		return {page, said, asked};
	}

	async close(): Promise<void> {
		await (await this.#browser)?.close();
	}
}
