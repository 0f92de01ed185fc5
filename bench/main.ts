// The bench: `npm run bench -- --help`.
import process from 'node:process';
import {lookAround} from './availability.ts';
import {clearEnvironment} from './environment.ts';
import type {Bench, Line, Measurement} from './line.ts';
import {cloneLine} from './lines/clone.ts';
import {contextLine} from './lines/context.ts';
import {costsLine} from './lines/costs.ts';
import {growthLines} from './lines/growth.ts';
import {handoutLine} from './lines/handout.ts';
import {memoryLine} from './lines/memory.ts';
import {migrationsLine} from './lines/migrations.ts';
import {monitorLine} from './lines/monitor.ts';
import {partsLine} from './lines/parts.ts';
import {peersLine} from './lines/peers.ts';
import {serverLine} from './lines/server.ts';
import {statementLine} from './lines/statement.ts';
import {suiteLine} from './lines/suite.ts';
import {thousandLine} from './lines/thousand.ts';
import {helpText, readOptions, type BenchOptions} from './options.ts';
import {keepResult, loadPerProcessor, toTable, verdict} from './report.ts';
import {Workspace} from './workspace.ts';

const lines: readonly Line[] = [contextLine, statementLine, handoutLine, cloneLine, serverLine, suiteLine, peersLine, monitorLine, thousandLine, migrationsLine, memoryLine, partsLine, costsLine, ...growthLines];

function say(text: string): void {
	process.stderr.write(`${text}\n`);
}

function chosenLines({only}: BenchOptions): Line[] {
	const chosen = lines.filter(({name, isLong = false}) => only.length === 0 ? !isLong : only.some(text => name.startsWith(text)));
	if (chosen.length === 0) {
		throw new TypeError(`no line is called ${only.join(' or ')}; there are ${lines.map(({name}) => name).join(', ')}`);
	}

	return chosen;
}

/** From this load on, before the bench has begun, others use what it measures. */
const busyLoad = 0.5;

function warnIfBusy(loadBefore: number): void {
	if (loadBefore > busyLoad) {
		say(`The machine is busy (load ${loadBefore.toFixed(1)} for each processor): of the lines that take seconds, even the ratios cannot be trusted.`);
	}
}

/** A line that fails is reported as such, and the others go on; its last results are not lost by it. */
async function runLine(line: Line, bench: Bench): Promise<{readonly taken: readonly Measurement[]; readonly hasFailed: boolean}> {
	say(`${line.name}: ${line.about}`);
	try {
		const taken = await line.run({...bench, say: text => {
			say(`  ${line.name}: ${text}`);
		}});
		return {taken, hasFailed: false};
	} catch (error) {
		process.exitCode = 1;
		say(error instanceof Error ? error.stack ?? error.message : String(error));
		return {taken: [{what: line.name, note: `not measured: ${(error as Error).message.split('\n')[0]}`}], hasFailed: true};
	}
}

async function measureAll(options: BenchOptions, {workspace, loadBefore}: {workspace: Workspace; loadBefore: number}): Promise<Measurement[]> {
	const available = await lookAround(workspace.harness, options.server);
	for (const {server, why} of available.missing) {
		say(`${server} servers are not measured: ${why}`);
	}

	const {runs, isSmoke} = options;
	const bench: Bench = {workspace, available, servers: available.servers, runs, isSmoke, say};
	const measurements: Measurement[] = options.server === undefined ? available.missing.map(({server, why}) => ({what: 'all lines', server, note: `skipped: ${why}`})) : [];
	for (const line of chosenLines(options)) {
		const {taken, hasFailed} = await runLine(line, bench);
		measurements.push(...taken);
		if (options.json !== undefined && !hasFailed) {
			keepResult(options.json, {line: line.name, missing: available.missing, loadBefore, runs, measurements: taken});
		}
	}

	return measurements;
}

/** Interrupted or not, nothing stays behind. */
function removeWhenInterrupted(workspace: Workspace): void {
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => void workspace.remove().finally(() => process.exit(130)));
	}
}

/** Says what is wrong with a command line; nothing is measured then. */
function understand(args: readonly string[]): BenchOptions | undefined {
	try {
		const options = readOptions(args);
		chosenLines(options);
		return options;
	} catch (error) {
		process.exitCode = 1;
		say((error as Error).message);
		return undefined;
	}
}

function sumUp(measurements: readonly Measurement[], isSmoke: boolean): void {
	if (isSmoke) {
		say(process.exitCode === 1 ? 'Not everything works.' : 'Everything works; the figures mean nothing.');
		return;
	}

	const missed = measurements.filter(measurement => verdict(measurement) === 'missed').length;
	say(missed === 0 ? 'No target was missed.' : `${missed} of ${measurements.filter(measurement => measurement.target).length} targets were missed.`);
}

async function main(): Promise<void> {
	const options = understand(process.argv.slice(2));
	if (options === undefined || options.isHelp) {
		process.stdout.write(helpText(lines));
		return;
	}

	clearEnvironment();
	const loadBefore = loadPerProcessor();
	warnIfBusy(loadBefore);
	// Between two statements on sockets that let the process end, something has to keep it.
	const alive = setInterval(() => {}, 60_000);
	const workspace = await Workspace.create();
	removeWhenInterrupted(workspace);
	try {
		const measurements = await measureAll(options, {workspace, loadBefore});
		process.stdout.write(`\n${toTable(measurements)}\n`);
		sumUp(measurements, options.isSmoke);
		warnIfBusy(loadBefore);
	} finally {
		await workspace.remove();
		clearInterval(alive);
	}
}

await main();
