import type {PageData, PageTest} from '../data.ts';
import {Charts} from './chart.ts';
import {DetailDialog} from './detail.ts';
import {h} from './dom.ts';
import {counted, formatCount, formatTime} from './format.ts';
import {historySection} from './history-section.ts';
import {memorySection} from './memory-section.ts';
import {overview} from './overview.ts';
import {splitSection} from './split-section.ts';
import {StatementsSection} from './statements-section.ts';
import {testDetail} from './test-detail.ts';
import {TestsSection} from './tests-section.ts';
import {ThemeSwitch} from './theme.ts';
import {Timeline} from './timeline/timeline.ts';

function showPage(data: PageData): void {
	const theme = new ThemeSwitch();
	const charts = new Charts(theme);
	const tests = new TestsSection(data);
	const statements = new StatementsSection(data);
	const sections = [
		overview(data, charts, filters => tests.filter(filters)), new Timeline(data, theme).element, tests.element, splitSection(data),
		statements.element, historySection(data.history, charts), memorySection(data, charts),
	].filter(section => section !== undefined);
	document.body.append(header(data, theme, sections), h('main', {}, ...sections), footer(data));
	new DetailDialog({test: index => testDetail(data, index), statement: index => statements.detail(index)}).follow();
}

function header({run, tests}: PageData, theme: ThemeSwitch, sections: readonly HTMLElement[]): HTMLElement {
	const project = run.projectDir.split(/[/\\]/).findLast(part => part !== '') ?? '';
	return h('header', {class: 'page'},
		h('div', {class: 'top'},
			h('div', {}, h('p', {class: 'muted'}, `${project} · ${formatTime(run.startedAt)}`), verdict(tests, run.exitCode)),
			theme.element),
		h('nav', {'aria-label': 'Sections'}, ...sections.map(section => h('a', {href: `#${section.id}`}, section.querySelector('h2')!.textContent))));
}

function verdict(tests: PageData['tests'], exitCode: number | undefined): HTMLElement {
	const count = (wanted: PageTest['outcome']): number => tests.filter(({outcome}) => outcome === wanted).length;
	const [passed, failed, expected] = [count('passed'), count('failed'), count('expected')];
	const among = passed === tests.length ? counted(passed, 'test') : `${formatCount(passed)} of ${counted(tests.length, 'test')}`;
	return h('h1', {}, failed > 0 && h('span', {class: 'fail'}, `${formatCount(failed)} failed, `), `${among} passed`, expected > 0 && `, ${formatCount(expected)} failed as expected`,
		failed === 0 && exitCode !== undefined && exitCode !== 0 && h('span', {class: 'fail'}, `, but the run ended with exit code ${exitCode}`));
}

function footer({run}: PageData): HTMLElement {
	const {machine} = run;
	return h('footer', {class: 'muted'},
		h('p', {}, `On ${run.server}, because ${run.reason}. ${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GiB, ${machine.platform} ${machine.arch}, Node ${machine.node}${machine.isCi ? ', in CI' : ''}.`),
		h('p', {}, `Run ${run.id}, written by dataflow-tdd. Tests without a fixture are not in it.`));
}

showPage(JSON.parse(document.querySelector('#data')!.textContent) as PageData);
