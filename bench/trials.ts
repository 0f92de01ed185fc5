// How often `dataflow-tdd measure --check` is wrong: `node bench/trials.ts --runs 30`.
import {mkdirSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {parseArgs} from 'node:util';
import {median} from './statistics.ts';
import {Load} from './trials/load.ts';
import {TrialProject, type Work} from './trials/trial-project.ts';

const help = `Takes a baseline of a suite, then checks it again and again while the load of the machine changes: unchanged, and with
one hot fixture slowed down. Says how many unchanged runs raised an alarm, and how many slow ones were caught.

  node bench/trials.ts [options]

  --runs <n>         how many of each (default 30)
  --slow <ratio>     by how much the hot fixture is slowed down (default 1.3)
  --samples <n>      samples in a batch (default 5)
  --report <n>       how much the slow report does, and
  --signature <n>    the slow signature (default for both: found out at the beginning)
  --burners <n>      how many processes may burn the processors at a time (default 2)
  --json <file>      where the results go, after each check (default bench/results/trials.json)

Ctrl-C ends it after the round that is under way. A check takes from ten seconds on a quiet machine to minutes on a busy one.
`;

interface Trial {
	readonly number: number;
	readonly kind: 'unchanged' | 'slow in the database' | 'slow in the processor';
	readonly alarmed: boolean;
	/** Metrics that were said to have regressed. */
	readonly regressed: ReadonlyArray<{readonly metric: string; readonly ratio: number}>;
	/** What was found of the hot fixture. */
	readonly hot: {readonly ratio: number; readonly effect: number; readonly verdict: string; readonly baseline: number; readonly current: number};
	readonly samples: number;
	readonly tookS: number;
	readonly load: number;
}

function say(text: string): void {
	process.stderr.write(`${text}\n`);
}

function readOptions(): {runs: number; slow: number; samples: number; burners: number; report: string | undefined; signature: string | undefined; json: string} | undefined {
	const {values} = parseArgs({options: {
		runs: {type: 'string', default: '30'}, slow: {type: 'string', default: '1.3'}, samples: {type: 'string', default: '5'}, burners: {type: 'string', default: '2'}, report: {type: 'string'}, signature: {type: 'string'},
		json: {type: 'string', default: path.join(import.meta.dirname, 'results', 'trials.json')}, help: {type: 'boolean', default: false},
	}});
	return values.help ? undefined : {runs: Number(values.runs), slow: Number(values.slow), samples: Number(values.samples), burners: Number(values.burners), report: values.report, signature: values.signature, json: values.json};
}

async function tryOnce(project: TrialProject, {number, kind, work, samples}: {number: number; kind: Trial['kind']; work: Work; samples: number}): Promise<Trial> {
	const startedAt = performance.now();
	// Unchanged, all of the default is tried, buffers included; of the slow ones only the times matter.
	const {exitCode, report, stderr} = await project.measure(['--check', '--samples', String(samples), ...kind === 'unchanged' ? [] : ['--no-buffers']], work);
	if (!report?.comparison) {
		throw new Error(`the check of ${kind} could not be read (exit code ${exitCode}):\n${stderr.slice(-2000)}`);
	}

	const {comparison: {timings, counters}} = report;
	const hot = timings.find(({metric}) => metric === `fixture ${project.hot}`)!;
	const regressed = [...counters.changes.map(({metric, baseline, current, verdict}) => ({metric, ratio: current / baseline, verdict})), ...timings].filter(({verdict}) => verdict === 'regressed');
	return {
		number, kind, alarmed: exitCode === 1,
		regressed: regressed.map(({metric, ratio}) => ({metric, ratio: round(ratio)})),
		hot: {ratio: round(hot.ratio), effect: round(hot.effect), verdict: hot.verdict, baseline: round(hot.baseline), current: round(hot.current)},
		samples: report.samples, tookS: round((performance.now() - startedAt) / 1000), load: round(os.loadavg()[0]!),
	};
}

function round(value: number): number {
	return Math.round(value * 100) / 100;
}

function summarise(trials: readonly Trial[]) {
	const unchanged = trials.filter(({kind}) => kind === 'unchanged');
	const slow = trials.filter(({kind}) => kind !== 'unchanged');
	const growth = (kind: Trial['kind']): number | undefined => {
		const ratios = slow.filter(trial => trial.kind === kind).map(({number, hot}) => hot.current / unchanged.find(trial => trial.number === number)!.hot.current);
		return ratios.length > 0 ? round(median(ratios)) : undefined;
	};

	return {
		// Each slow run against the unchanged run right before it.
		slowedDown: {database: growth('slow in the database'), processor: growth('slow in the processor')},
		alarms: `${unchanged.filter(({alarmed}) => alarmed).length} of ${unchanged.length}`,
		caught: `${slow.filter(({hot}) => hot.verdict === 'regressed').length} of ${slow.length}`,
		misses: trials.filter(({kind, alarmed, hot}) => kind === 'unchanged' ? alarmed : hot.verdict !== 'regressed'),
	};
}

async function main(): Promise<void> {
	const options = readOptions();
	if (!options) {
		process.stdout.write(help);
		return;
	}

	const {runs, slow, samples, burners, report, signature, json} = options;
	const startedAt = new Date().toISOString();
	await using project = await TrialProject.create();
	await using load = new Load(burners);
	load.start();
	const works = report !== undefined && signature !== undefined ? project.works(report, signature) : await project.calibrate(slow, say);
	say('taking the baseline');
	await project.accept(samples * 2);
	const trials: Trial[] = [];
	const end = new AbortController();
	process.once('SIGINT', () => {
		say('ends after this round; once more ends at once');
		end.abort();
	});
	for (let number = 1; number <= runs && !end.signal.aborted; number++) {
		const kind = number % 2 === 0 ? 'slow in the processor' : 'slow in the database';
		for (const [name, work] of [['unchanged', works.base], [kind, kind === 'slow in the database' ? works.database : works.processor]] as const) {
			const trial = await tryOnce(project, {number, kind: name, work, samples});
			trials.push(trial);
			const {alarms, caught, misses, slowedDown} = summarise(trials);
			say(`${number}/${runs} ${name}: ${trial.alarmed ? 'alarm' : 'no alarm'}, hot fixture ${trial.hot.ratio} (${trial.hot.verdict}), ${trial.samples} samples, ${trial.tookS} s, load ${trial.load}; so far ${alarms} false alarms, ${caught} caught`);
			mkdirSync(path.dirname(json), {recursive: true});
			writeFileSync(json, `${JSON.stringify({startedAt, endedAt: new Date().toISOString(), machine: {cpu: os.cpus()[0]?.model, cores: os.cpus().length, node: process.version}, options: {runs, slow, samples, burners}, works, slowedDown, alarms, caught, misses, trials}, undefined, '\t')}\n`);
		}
	}

	const {alarms, caught, misses, slowedDown} = summarise(trials);
	process.stdout.write(`false alarms: ${alarms}\ncaught: ${caught}\nthe hot fixture was slowed down by: ${JSON.stringify(slowedDown)}\n${misses.map(miss => `wrong: ${JSON.stringify(miss)}\n`).join('')}`);
}

await main();
