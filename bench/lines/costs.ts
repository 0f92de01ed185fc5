import {spawnSync} from 'node:child_process';
import {rmSync, statSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {megabytes, ms, onEach, type Bench, type Line, type Measurement, type Point} from '../line.ts';
import type {BenchServer} from '../options.ts';
import {fitLine, median, time} from '../statistics.ts';
import {startGivenServer} from '../suites/given-server.ts';
import {writeScript} from '../suites/growing.ts';
import {writeProject, type Project} from '../suites/project.ts';
import {realisticMigrations, realisticTables} from '../suites/realistic.ts';

const sizes = ({isSmoke}: Bench): number[] => isSmoke ? [1, 6] : [1, 30, 100, 300];
const truncations = 20;

async function createProject({workspace}: Bench, server: BenchServer, count: number): Promise<Project> {
	return writeProject(workspace, {name: `costs-${count}-${server}`, files: 0, testFile: '', harness: {server, schemas: realisticMigrations(count)}});
}

/** On a machine that has the image or the binaries and nothing else: cluster, migrations, snapshot. */
async function timeTemplate({workspace}: Bench, {config}: Project): Promise<number> {
	await workspace.keepers.stop(config!);
	await workspace.keepers.removeSnapshots(config!);
	return workspace.withFreshCache(async () => {
		const took = await time(async () => workspace.keepers.prepare(config!));
		await workspace.keepers.stop(config!);
		return took;
	});
}

/** What a test file does that migrates a database of its own, and what TRUNCATE costs a test there. */
async function byHand(bench: Bench, server: BenchServer, count: number): Promise<{readonly migrateMs: number[]; readonly truncateMs: number[]}> {
	const {workspace, runs} = bench;
	const given = await startGivenServer({workspace, kind: server, script: writeScript(bench, 'costs-empty', 'select 1')});
	const {withClient} = workspace.harness.postgres;
	const [migrateMs, truncateMs]: [number[], number[]] = [[], []];
	try {
		for (let round = 0; round < runs; round++) {
			const database = `bench_costs_${round}`;
			migrateMs.push(await time(async () => {
				await withClient({...given.connection, database: 'postgres'}, async client => client.query(`create database ${database}`));
				await withClient({...given.connection, database}, async client => {
					for (const text of realisticMigrations(count)) {
						await client.query(text);
					}
				});
			}));
		}

		await withClient({...given.connection, database: 'bench_costs_0'}, async client => {
			for (let round = 0; round < truncations; round++) {
				await client.query(`insert into entity_0 (name, amount) values ('again ${round}', 1)`);
				truncateMs.push(await time(async () => client.query(`truncate ${realisticTables(count).join(', ')} restart identity cascade`)));
			}
		});
		await given.dropClones();
		return {migrateMs, truncateMs};
	} finally {
		await given.stop();
	}
}

function run(command: string, ...args: string[]): void {
	const {status, stderr} = spawnSync(command, args, {encoding: 'utf8'});
	if (status !== 0) {
		throw new Error(`${command} failed: ${stderr}`);
	}
}

/** A snapshot of an embedded server as one compressed file, and back. */
async function pack(bench: Bench, {config}: Project): Promise<Measurement[]> {
	const {workspace, runs} = bench;
	const fingerprint = await workspace.keepers.prepare(config!);
	const {adapter} = await workspace.harness.choose.chooseServer(config!);
	const snapshot = (await adapter.list()).find(({name}) => name.startsWith(fingerprint.slice(0, 24)))!;
	const folder = path.join(process.env['DATAFLOW_TDD_CACHE']!, 'snapshots', snapshot.name);
	const archive = path.join(workspace.folder, 'costs-snapshot.tar.gz');
	const [packMs, unpackMs]: [number[], number[]] = [[], []];
	for (let round = 0; round < runs; round++) {
		packMs.push(await time(async () => run('tar', '-C', folder, '-czf', archive, '.')));
		const target = workspace.makeFolder('costs-unpacked');
		unpackMs.push(await time(async () => run('tar', '-C', target, '-xzf', archive)));
		rmSync(target, {recursive: true});
	}

	return [
		{what: 'costs: snapshot on disk', figure: megabytes(snapshot.sizeBytes)},
		{what: 'costs: snapshot as .tar.gz', figure: megabytes(statSync(archive).size)},
		{what: 'costs: packing the snapshot', figure: ms(median(packMs)), details: {samplesMs: packMs}},
		{what: 'costs: unpacking the snapshot', figure: ms(median(unpackMs)), details: {samplesMs: unpackMs}},
	];
}

const series = {template: 'template from nothing', byHand: 'migrated by hand', truncate: 'truncate, for a test'} as const;

async function measure(bench: Bench, server: BenchServer): Promise<Measurement[]> {
	const points: Point[] = [];
	const all = sizes(bench);
	let last: Project | undefined;
	for (const x of all) {
		bench.say(`${x} migrations`);
		last = await createProject(bench, server, x);
		const templateMs: number[] = [];
		for (let round = 0; round < Math.min(bench.runs, 3); round++) {
			templateMs.push(await timeTemplate(bench, last));
		}

		const {migrateMs, truncateMs} = await byHand(bench, server, x);
		points.push({series: series.template, x, samplesMs: templateMs}, {series: series.byHand, x, samplesMs: migrateMs}, {series: series.truncate, x, samplesMs: truncateMs});
	}

	const fits = Object.values(series).map(name => {
		const {slope, intercept, explained} = fitLine(points.filter(point => point.series === name).map(({x, samplesMs}) => [x, median(samplesMs)] as const));
		return `${name}: ${intercept.toFixed(1)} ms + ${slope.toFixed(2)} ms for each migration (R2 ${explained.toFixed(3)})`;
	});
	const template = median(points.findLast(point => point.series === series.template)!.samplesMs);
	return [
		{what: `costs: template of ${all.at(-1)!} migrations`, figure: ms(template), note: fits.join('; '), points},
		...server === 'embedded' ? await pack(bench, last!) : [],
	];
}

/** What `scripts/costs.mjs` computes with: the price of migrations, of a snapshot that moves, and of TRUNCATE. */
export const costsLine: Line = {
	name: 'costs',
	about: 'templates of 1 to 300 realistic migrations, a snapshot as a file, TRUNCATE',
	isLong: true,
	run: async bench => onEach(bench, async server => measure(bench, server)),
};
