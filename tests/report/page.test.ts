import {createRequire} from 'node:module';
import anyTest from 'ava';
import type {Locator, Page} from 'playwright-core';
import {Pages, missingBrowser} from './page-browser.ts';
import {sampleHistory, sampleRun} from './page-sample.ts';

// A skip has to be seen, so its reason is printed.
if (missingBrowser) {
	console.error(`The report's page is not tested in a browser: ${missingBrowser}.`);
}

// One after the other: sixteen pages drawn at once would only wait for one another.
const test = missingBrowser ? anyTest.skip : anyTest.serial;
const pages = new Pages();
anyTest.after.always(async () => pages.close());

const history = sampleHistory();
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** The texts of one column of the table of tests. */
const column = async (page: Page, nth: number): Promise<string[]> => page.locator(`#tests tbody td:nth-child(${nth})`).allTextContents();
const timeColumn = 5;

/** Waits until the browser has drawn what was asked for so far: by the second frame from now. */
const drawn = async (page: Page): Promise<unknown> => page.evaluate('new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))');

/** What the timeline shows. */
const painted = async (page: Page): Promise<string> => String(await page.evaluate('document.querySelector("#timeline canvas").toDataURL()'));

/** Closes what is open. */
async function close(page: Page): Promise<void> {
	await page.keyboard.press('Escape');
	await page.getByRole('dialog').waitFor({state: 'hidden'});
}

/** Scrolls through the page, so that what is drawn on sight is drawn. */
async function lookAtAll(page: Page): Promise<void> {
	for (const chart of await page.locator('.chart').all()) {
		await chart.scrollIntoViewIfNeeded();
		await drawn(page);
	}
}

test('the page says nothing on the console and asks for nothing but itself', async t => {
	const {page, said, asked} = await pages.open(t, sampleRun(), {history});
	await lookAtAll(page);
	t.is(await page.locator('h1').textContent(), '2 failed, 118 of 120 tests passed');
	t.deepEqual(said, []);
	t.deepEqual(asked.filter(url => !url.startsWith('file:') && !url.startsWith('data:')), []);
	t.is(asked.filter(url => url.startsWith('file:')).length, 1);
});

test('all columns of the tests are seen at once on a screen of 1280 pixels', async t => {
	const run = sampleRun();
	const kinds = ['budget', 'threshold', 'repeated', 'queries', 'memory', 'fallback', 'slow'] as const;
	const tests = run.files[0]!.tests.map(one => ({...one, fixture: 'performanceMonitoredTest', outcome: 'expected' as const, warnings: kinds.map(kind => ({kind, message: kind}))}));
	const {page} = await pages.open(t, {...run, files: [{...run.files[0]!, tests}, ...run.files.slice(1)]});
	t.deepEqual(await page.locator('#tests .scroll').evaluate(({scrollWidth, clientWidth}) => scrollWidth - clientWidth), 0);
	t.true((await page.locator('#tests').textContent())!.includes('over a threshold'));
});

test('the policy of the page refuses other scripts and addresses', async t => {
	const {page, said} = await pages.open(t, sampleRun());
	await page.evaluate(`{
		const script = document.createElement('script');
		script.textContent = 'document.title = "taken"';
		document.body.append(script);
	}`);
	const answer = await page.evaluate('fetch("http://127.0.0.1:9/").then(() => "sent", error => String(error))');
	t.not(await page.title(), 'taken');
	t.regex(String(answer), /TypeError/);
	t.true(said.some(line => line.includes('Executing inline script violates')) && said.some(line => line.includes('Refused to connect')), said.join('\n'));
});

test('tests are sorted by each column, both ways, and the heading says which', async t => {
	const {page} = await pages.open(t, sampleRun());
	const headings = page.locator('#tests thead th');
	const times = (await column(page, timeColumn)).map(Number);
	t.is(times.length, 25);
	t.deepEqual(times, times.toSorted((one, other) => other - one));
	t.is(await page.locator('#tests [aria-sort]').textContent(), 'Time, ms↓');

	for (let nth = 0; nth < await headings.count(); nth++) {
		const button = headings.nth(nth).getByRole('button');
		await button.click();
		const first = await headings.nth(nth).getAttribute('aria-sort') ?? '';
		const before = await column(page, nth + 1);
		await headings.nth(nth).getByRole('button').click();
		const second = await headings.nth(nth).getAttribute('aria-sort');
		t.true([first, second].includes('ascending') && [first, second].includes('descending'));
		const values = [before, await column(page, nth + 1)];
		const ends = first === 'ascending' ? values : values.toReversed();
		t.not(ends[0]!.join('\n'), ends[1]!.join('\n'), await button.textContent() ?? '');
	}
});

test('tests are filtered by text, fixture, file, outcome and warning', async t => {
	const {page} = await pages.open(t, sampleRun());
	const tests = page.locator('#tests');
	const status = tests.locator('> [role=status]');
	const count = async (): Promise<number> => Number((/^\d+/.exec(await status.textContent() ?? ''))?.[0]);
	t.is(await count(), 120);

	await tests.getByLabel('Outcome').selectOption('failed');
	t.is(await status.textContent(), '2 of 120 tests');
	t.deepEqual(await column(page, 4), ['failed', 'failed']);
	await tests.getByRole('button', {name: 'Clear filters'}).click();
	t.is(await count(), 120);

	await tests.getByLabel('Search').fill('MONTH adds');
	t.true(await count() > 0 && (await column(page, 1)).every(title => title.includes('the report of a month adds up')));
	await tests.getByLabel('Fixture').selectOption('tddParallelSafe');
	t.true((await column(page, 3)).every(fixture => fixture === 'tddParallelSafe'));
	await tests.getByRole('button', {name: 'Clear filters'}).click();

	await tests.getByLabel('File').selectOption('tests/stock/part-3.test.ts');
	t.is(await count(), 12);
	await tests.getByRole('button', {name: 'Clear filters'}).click();
	await tests.getByLabel('Warning').selectOption({label: 'repeated'});
	t.is(await count(), 7);
	t.true((await column(page, 9)).every(warnings => warnings.includes('repeated')));
	await tests.getByLabel('Search').fill('there is no such test');
	t.is(await tests.locator('tbody').textContent(), 'No test fits these filters.');
});

test('a count of the overview leads to the tests that it counts', async t => {
	const {page} = await pages.open(t, sampleRun());
	await page.getByRole('link', {name: '7 with repeated statements'}).click();
	t.is(await page.locator('#tests > [role=status]').textContent(), '7 of 120 tests');
	t.regex(page.url(), /#tests$/);
});

test('a test is found, opened and closed by keyboard alone', async t => {
	const {page} = await pages.open(t, sampleRun());
	await page.locator('#tests').getByLabel('Search').focus();
	await page.keyboard.type('a deleted user leaves no orders');
	const focused = page.locator('#tests tbody a:focus').filter({hasText: /^a deleted user leaves no orders$/});
	for (let presses = 0; presses < 60 && await focused.count() === 0; presses++) {
		await page.keyboard.press('Tab');
	}

	await page.keyboard.press('Enter');
	const dialog = page.getByRole('dialog', {name: 'a deleted user leaves no orders'});
	await dialog.waitFor();
	t.is(await dialog.locator(':focus').count(), 1);
	for (const heading of ['Time', 'Statements', 'Plans of slow statements', 'Memory and context']) {
		t.true(await dialog.getByRole('heading', {name: heading, exact: true}).isVisible(), heading);
	}

	const address = page.url();
	await page.keyboard.press('Escape');
	await dialog.waitFor({state: 'hidden'});
	t.is(await focused.count(), 1);
	await page.goto(address);
	await page.getByRole('dialog', {name: 'a deleted user leaves no orders'}).waitFor();
});

test('a test shows its phases, measures, repeated statements with stacks, plans and memory', async t => {
	const run = sampleRun();
	const all = run.files.flatMap(({tests}) => tests);
	const {page} = await pages.open(t, run);
	const open = async (title: string): Promise<Locator> => {
		await page.locator('#tests').getByLabel('Search').fill(title);
		await page.locator('#tests tbody').getByRole('link', {name: title, exact: true}).click();
		const dialog = page.getByRole('dialog');
		await dialog.getByText(title, {exact: true}).first().waitFor();
		return dialog;
	};

	const repeating = await open(all.find(({repeated}) => repeated.length > 0)!.title);
	t.regex(await repeating.locator('.stack').textContent() ?? '', /loadCustomer .*orders\.ts:41:22/);
	t.true(await repeating.getByText('24 times', {exact: true}).isVisible());
	await close(page);

	const measured = await open(all.find(({measures}) => measures.length > 0)!.title);
	t.deepEqual(await measured.getByRole('table', {name: 'Measures'}).locator('td:nth-child(2)').allTextContents(), ['checkout', 'checkout › pay']);
	await close(page);

	const explained = await open(all.find(({plans}) => plans.length > 0)!.title);
	const steps = await explained.locator('.step').allTextContents();
	t.deepEqual(steps.map(step => /^level (\d)/.exec(step)?.[1]), ['1', '2', '3', '4', '5', '5']);
	t.true(steps[4]!.includes('Seq Scan on orders o') && steps[4]!.includes('Filter: (user_id = 7)'));
	t.regex(steps[5]!, /Index Scan using order_items_order_id_idx on order_items i/);
	t.deepEqual(await explained.locator('.plan tbody tr').nth(5).locator('td').allTextContents(), ['34', '34', '4', '5', '1,204', '250'], 'times are of all loops');
	t.is(await explained.locator('.plan tbody tr').nth(4).locator('td').nth(3).textContent(), '9013 times too low');
	t.regex(await explained.locator('.facts').textContent() ?? '', /Heap[\d.]+ MiB before, [\d.]+ MiB at its peak, [\d.]+ MiB after/);
	t.deepEqual(await explained.locator('.legend dt').allTextContents(), ['Set-up', 'Body, database', 'Body, other', 'Teardowns', 'End']);
});

test('statements are grouped by fingerprint and open to their tests and plans', async t => {
	const {page} = await pages.open(t, sampleRun());
	const table = page.getByRole('table', {name: 'Statements', exact: true});
	t.is(await table.locator('tbody tr').count(), 5);
	await table.getByRole('link', {name: /inner join "order_items"/}).click();
	const dialog = page.getByRole('dialog', {name: 'order_items, orders'});
	await dialog.waitFor();
	t.true(await dialog.getByRole('heading', {name: 'Plans'}).isVisible());
	await dialog.getByRole('table', {name: 'Tests that sent this statement'}).getByRole('link').first().click();
	await dialog.waitFor({state: 'hidden'});
	t.regex(page.url(), /#test-\d+$/);
	await page.goBack();
	await dialog.waitFor();
});

test('the timeline zooms and moves by buttons, keys and the wheel, and opens a test', async t => {
	const {page} = await pages.open(t, sampleRun());
	const stage = page.getByRole('group', {name: /^Timeline/});
	const whole = page.getByRole('button', {name: 'Whole run'});
	const first = await painted(page);
	t.true(await whole.isDisabled());

	const changes = async (act: () => Promise<void>): Promise<void> => {
		const before = await painted(page);
		await act();
		await drawn(page);
		t.not(await painted(page), before);
	};
	await changes(async () => page.getByRole('button', {name: 'Zoom in'}).click());
	t.true(await whole.isEnabled());
	await stage.focus();
	await changes(async () => page.keyboard.press('ArrowRight'));
	await changes(async () => page.keyboard.press('+'));
	await page.keyboard.press('0');
	await drawn(page);
	t.is(await painted(page), first);

	const box = await stage.boundingBox();
	await page.mouse.move(box!.x + (box!.width / 2), box!.y + 40);
	await page.keyboard.down('Control');
	await changes(async () => page.mouse.wheel(0, -200));
	await page.keyboard.up('Control');
	await changes(async () => {
		await page.mouse.down();
		await page.mouse.move(box!.x + 100, box!.y + 40, {steps: 4});
		await page.mouse.up();
	});
	t.notRegex(page.url(), /#test/);

	await whole.click();
	for (let x = 0.45; x < 1 && !page.url().includes('#test-'); x += 0.01) {
		await page.mouse.click(box!.x + (box!.width * x), box!.y + 65);
	}

	await page.getByRole('dialog').waitFor();
});

test('everything has an accessible name and enough contrast, light and dark', async t => {
	for (const colorScheme of ['light', 'dark'] as const) {
		const {page} = await pages.open(t, sampleRun(), {history, colorScheme, bypassCSP: true});
		await lookAtAll(page);
		await page.addScriptTag({path: axe});
		const check = async (where: string): Promise<void> => {
			const found = await page.evaluate('axe.run().then(({violations, passes}) => ({passes: passes.length, violations: violations.map(({id, nodes}) => `${id}: ${nodes.map(({html, any}) => `${html} ${any.map(({message}) => message)}`).join(" | ")}`)}))') as {passes: number; violations: string[]};
			t.deepEqual(found.violations, [], `${colorScheme}, ${where}`);
			t.true(found.passes > 20);
		};
		await check('page');
		await page.evaluate('location.hash = "#test-7"');
		await page.getByRole('dialog').waitFor();
		await check('test');
		t.true(await page.getByRole('img', {name: /^How long tests take: /}).count() <= 1);
	}
});

test('charts, tables and controls say what they are', async t => {
	const {page} = await pages.open(t, sampleRun(), {history});
	const snapshot = await page.locator('body').ariaSnapshot();
	for (const line of [
		/navigation "Sections"/, /heading "2 failed, 118 of 120 tests passed" \[level=1\]/, /img "How long tests take: 2–5 ms \d+ tests/,
		/img "Timeline: Server 0: started in \d+ ms, \d+ tests in /, /searchbox "Search"/, /combobox "Outcome"/, /combobox "Fixture"/, /table "Tests"/,
		/columnheader "Time, ms"/, /img "individual test from run to run: .* 16\.3 ms; unchanged is 10\.0 ms to 14\.4 ms"/, /img "Heap of workers over the run/,
		/img "Lease .*, Set-up .*, Body, database /,
	]) {
		t.regex(snapshot, line);
	}
});

test('the trend shows what left its band first, and any other figure when asked', async t => {
	const {page} = await pages.open(t, sampleRun(), {history});
	const section = page.locator('#history');
	t.is(await section.locator('h3').textContent(), 'individual test');
	t.deepEqual(await section.locator('tbody tr').first().locator('td').allTextContents(), ['individual test', '16.3 ms', '12.1 ms', '1.35', '10.0 ms – 14.4 ms', 'above']);
	await section.getByRole('button', {name: 'Show fixture set-up'}).click();
	t.true(await section.getByRole('img', {name: /^fixture set-up from run to run: 0\.61 ms, /}).isVisible());
});

test('the page is dark where the system is, and switches', async t => {
	const background = 'getComputedStyle(document.body).backgroundColor';
	const {page} = await pages.open(t, sampleRun(), {colorScheme: 'dark', history});
	const dark = await page.evaluate(background);
	const before = await painted(page);
	await page.getByRole('button', {name: 'Light theme'}).click();
	const light = await page.evaluate(background);
	t.is(dark, 'rgb(21, 23, 26)');
	t.is(light, 'rgb(253, 253, 252)');
	t.not(await painted(page), before);
	await page.reload();
	t.is(await page.evaluate(background), light);
	await page.getByRole('button', {name: 'Dark theme'}).click();
	t.is(await page.evaluate(background), dark);
});

test('nothing is wider than a phone, and all columns can be sorted by', async t => {
	const {page} = await pages.open(t, sampleRun(), {history, viewport: {width: 360, height: 740}, hasTouch: true, isMobile: true});
	await lookAtAll(page);
	t.is(await page.evaluate('document.documentElement.scrollWidth'), 360);
	t.false(await page.locator('#tests').getByRole('columnheader', {name: 'Statements'}).isVisible());
	await page.locator('#tests').getByLabel('Sort by').selectOption('Statements');
	t.true(await page.locator('#tests').getByRole('columnheader', {name: 'Statements'}).isVisible());
	t.is((await column(page, 7))[0], '26');

	await page.locator('#tests tbody a').first().tap();
	await page.getByRole('dialog').waitFor();
	t.is(await page.evaluate('document.documentElement.scrollWidth'), 360);
	t.is(await page.evaluate('document.querySelector("dialog").scrollWidth'), 360);
});

test('what tests call themselves stays text, wherever it is shown', async t => {
	const hostile = '</script><img src=x onerror="document.title=\'taken\'"><!--<script>document.title=\'taken\'</script>';
	const {page, said} = await pages.open(t, sampleRun({hostile, tests: 30, files: 3}), {history: [{...history[1]!, metric: hostile}]});
	const title = await page.title();
	t.is(await page.locator('h1').count(), 1);
	await page.locator('#tests tbody').getByRole('link', {name: hostile, exact: true}).click();
	t.is(await page.getByRole('dialog').locator('h2').textContent(), hostile);
	await close(page);
	const slow = sampleRun({hostile, tests: 30, files: 3}).files.flatMap(({tests}) => tests).find(({plans, repeated}) => plans.length > 0 || repeated.length > 0)!;
	await page.locator('#tests tbody').getByRole('link', {name: slow.title, exact: true}).click();
	t.true((await page.getByRole('dialog').textContent())!.includes(hostile));
	await close(page);
	for (const link of await page.getByRole('table', {name: 'Statements', exact: true}).getByRole('link').all()) {
		await link.click();
		await page.getByRole('dialog').waitFor();
		await close(page);
	}

	t.is(await page.locator('img:not(canvas)').count(), 0);
	t.is(await page.title(), title);
	t.deepEqual(said, []);
});

test('a run without tests, and one without a history, are shown', async t => {
	const {page, said} = await pages.open(t, sampleRun({tests: 0, files: 0}));
	t.is(await page.locator('h1').textContent(), '0 tests passed, but the run ended with exit code 1');
	t.is(await page.locator('#history').count(), 0);
	t.deepEqual(said, []);
});

test('5,000 tests are shown, searched and sorted', async t => {
	const {page, said} = await pages.open(t, sampleRun({tests: 5000, files: 60, workers: 4}), {history});
	t.is(await page.locator('#tests > [role=status]').textContent(), '5,000 tests');
	const cdp = await page.context().newCDPSession(page);
	await cdp.send('Performance.enable');
	await page.reload();
	await page.locator('#tests tbody tr').first().waitFor();
	const {metrics} = await cdp.send('Performance.getMetrics');
	const seconds = Object.fromEntries(metrics.map(({name, value}) => [name, value.toFixed(3)]));
	t.log(`5,000 tests open with ${seconds['ScriptDuration']} s of scripting (ScriptDuration) and ${seconds['LayoutDuration']} s of layout; all that the page's thread did took ${seconds['ThreadTime']} s of processor time`);

	await page.locator('#tests').getByRole('button', {name: 'Next'}).click();
	t.regex(await page.locator('#tests .pager').textContent() ?? '', /26–50 of 5,000/);
	await page.locator('#tests').getByLabel('Search').fill('case 600');
	t.true((await column(page, 1)).length > 0);
	t.deepEqual(said, []);
});
