import type {KeeperEvent} from '#lib/keeper/timeline.js';
import type {CapturedPlan, FileRecord, RepeatedStatement, RunRecord, StatementText, TestRecord, TestWarning} from '#lib/monitor/records.js';

/** What a made-up run looks like. */
export interface SampleOptions {
	/** Default 120. */
	readonly tests?: number;
	/** Default 10. */
	readonly files?: number;
	/** Default 3. */
	readonly workers?: number;
	/** Takes the place of the first test's title, of the first statement, and so on. */
	readonly hostile?: string;
}

const fixtures = ['tddTestContext', 'tddTestContext', 'tddDataflow', 'tddSeededData', 'tddParallelSafe'] as const;
const texts: readonly StatementText[] = [
	{text: 'insert into "users" ("name", "email") values ($1, $2) returning "id"', tables: ['users']},
	{text: 'select "id", "name", "email" from "users" where "email" = $1', tables: ['users']},
	{text: 'select "o"."id", sum("i"."quantity" * "i"."unit_price") as "total" from "orders" as "o" inner join "order_items" as "i" on "i"."order_id" = "o"."id" where "o"."user_id" = $1 group by "o"."id" order by "total" desc limit $2', tables: ['orders', 'order_items']},
	{text: 'update "products" set "stock" = "stock" - $1 where "id" = $2 and "stock" >= $3', tables: ['products']},
	{text: 'select count(*)::int from users'},
	{text: 'delete from "order_items" where "order_id" = $1', tables: ['order_items']},
];
const titles = ['an order can be paid once', 'an e-mail address belongs to one user', 'stock never falls below zero', 'a refund gives the items back',
	'a cart keeps its prices for an hour', 'two buyers cannot have the same last item', 'the report of a month adds up', 'a deleted user leaves no orders'];

/** A generator of numbers from 0 to 1 that gives the same ones each time (mulberry32). */
function numbers(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6D_2B_79_F5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

const plan = {
	'Plan': {
		'Node Type': 'Limit', 'Startup Cost': 214.1, 'Total Cost': 214.2, 'Plan Rows': 10, 'Actual Startup Time': 61.2, 'Actual Total Time': 61.4, 'Actual Rows': 10, 'Actual Loops': 1, 'Shared Hit Blocks': 410, 'Shared Read Blocks': 38,
		'Plans': [{
			'Node Type': 'Sort', 'Sort Key': ['(sum((i.quantity * i.unit_price))) DESC'], 'Sort Method': 'top-N heapsort', 'Sort Space Used': 26, 'Plan Rows': 900, 'Actual Total Time': 61.3, 'Actual Rows': 10, 'Actual Loops': 1, 'Total Cost': 210, 'Shared Hit Blocks': 410, 'Shared Read Blocks': 38,
			'Plans': [{
				'Node Type': 'Aggregate', 'Strategy': 'Hashed', 'Group Key': ['o.id'], 'Plan Rows': 900, 'Actual Total Time': 58.7, 'Actual Rows': 1204, 'Actual Loops': 1, 'Total Cost': 190, 'Shared Hit Blocks': 410, 'Shared Read Blocks': 38,
				'Plans': [{
					'Node Type': 'Nested Loop', 'Join Type': 'Inner', 'Plan Rows': 4200, 'Actual Total Time': 51.9, 'Actual Rows': 5310, 'Actual Loops': 1, 'Total Cost': 160, 'Shared Hit Blocks': 410, 'Shared Read Blocks': 38,
					'Plans': [
						{'Node Type': 'Seq Scan', 'Relation Name': 'orders', 'Alias': 'o', 'Filter': '(user_id = 7)', 'Rows Removed by Filter': 18_796, 'Plan Rows': 90, 'Actual Total Time': 12.4, 'Actual Rows': 1204, 'Actual Loops': 1, 'Total Cost': 90, 'Shared Hit Blocks': 160, 'Shared Read Blocks': 38},
						{'Node Type': 'Index Scan', 'Index Name': 'order_items_order_id_idx', 'Relation Name': 'order_items', 'Alias': 'i', 'Index Cond': '(order_id = o.id)', 'Plan Rows': 5, 'Actual Total Time': 0.028, 'Actual Rows': 4.4, 'Actual Loops': 1204, 'Total Cost': 0.3, 'Shared Hit Blocks': 250, 'Shared Read Blocks': 0},
					],
				}],
			}],
		}],
	},
	'Planning Time': 0.412, 'Execution Time': 61.9,
};

/** Makes up tests one after the other on the workers' clocks. */
class Maker {
	readonly #random = numbers(20_261_123);
	readonly #options: Required<SampleOptions>;
	readonly #startedAt = Date.UTC(2026, 10, 23, 12, 45);
	/** When each worker is free. */
	readonly #clocks: number[];
	readonly #timeline: KeeperEvent[] = [];
	#made = 0;

	constructor(options: SampleOptions) {
		this.#options = {tests: 120, files: 10, workers: 3, hostile: '', ...options};
		this.#clocks = Array.from({length: this.#options.workers}, (_, slot) => this.#startServer(slot));
	}

	run(): RunRecord {
		const {files, tests, workers} = this.#options;
		const made = Array.from({length: files}, (_, index) => this.#file(index, Math.floor(((index + 1) * tests) / files) - Math.floor((index * tests) / files)));
		return {
			format: 1, id: '20261123T124500.000-4711', projectDir: '/home/ada/shop', startedAt: this.#startedAt, endedAt: Math.max(...this.#clocks) + 60,
			server: 'embedded PostgreSQL 18.4 (npm)', reason: 'no container engine answers', workers, exitCode: 1, files: made, timeline: this.#timeline,
			machine: {platform: 'linux', arch: 'x64', cpu: 'Example CPU', cores: 8, memoryGb: 16, node: '24', server: 'embedded 18', isCi: false},
		};
	}

	#between(low: number, high: number): number {
		return low + (this.#random() * (high - low));
	}

	#startServer(slot: number): number {
		const began = this.#startedAt + 40;
		if (slot === 0) {
			this.#timeline.push({kind: 'template', startedAt: began, endedAt: began + 640, slot, name: 'schema'}, {kind: 'snapshot', startedAt: began + 640, endedAt: began + 760, slot, name: '3f9c1e'});
		}

		const from = began + 760;
		const took = this.#between(110, 190);
		this.#timeline.push({kind: 'server', startedAt: from, endedAt: from + took, slot, name: `server ${slot}`});
		return from + took;
	}

	#file(index: number, count: number): FileRecord {
		const slot = this.#clocks.indexOf(Math.min(...this.#clocks));
		const began = this.#clocks[slot]!;
		const waitedMs = index < this.#options.workers ? 240 : 6;
		let clock = began + this.#between(30, 60);
		const tests = Array.from({length: count}, (_, nth) => {
			const test = this.#test(began, clock - began, nth === 0);
			clock += test.durationMs + this.#between(0.1, 0.6);
			return test;
		});
		this.#clocks[slot] = clock + 25;
		const name = this.#options.hostile === '' || index > 0 ? `tests/${['orders', 'users', 'stock', 'billing'][index % 4]}/part-${index + 1}.test.ts` : `tests/${this.#options.hostile}.test.ts`;
		this.#timeline.push({kind: 'lease', startedAt: began, endedAt: clock, slot, name}, {kind: 'clone', startedAt: began + 2, endedAt: began + 18, slot, name: 'schema'});
		return {
			format: 1, file: name, pid: 5000 + index, threadId: 0, startedAt: began - waitedMs - 15, endedAt: clock, slot, serverVersion: 18, leaseWaitMs: waitedMs,
			cache: {enabled: true, cacheEnabled: true, hits: 3, misses: index === 0 ? 1 : 0, hitRate: index === 0 ? 0.75 : 1, bytes: 8_400_000, milliseconds: 41, savedMilliseconds: 1365,
				bySchema: {'schema': {hits: 2, misses: index === 0 ? 1 : 0, bytes: 8_400_000, milliseconds: 28, buildMilliseconds: 640}, 'shop+users': {hits: 1, misses: 0, bytes: 8_900_000, milliseconds: 13, buildMilliseconds: 85}}},
			peakRssBytes: this.#between(95, 160) * 1024 * 1024, tests,
			statements: this.#options.hostile === '' ? texts : [{text: `select '${this.#options.hostile}'`}, ...texts.slice(1)],
		};
	}

	#test(startedAt: number, waitedMs: number, isFirst: boolean): TestRecord {
		const nth = this.#made++;
		const fixture = fixtures[nth % fixtures.length]!;
		const isSlow = nth % 23 === 7;
		const bodyMs = isSlow ? this.#between(90, 260) : this.#between(1.5, 22);
		const databaseMs = bodyMs * this.#between(0.35, 0.85);
		const phases = {leaseMs: isFirst ? waitedMs : 0, queueMs: isFirst ? 0 : waitedMs, setupMs: this.#between(0.3, fixture === 'tddParallelSafe' ? 14 : 1.2), bodyMs, databaseMs, teardownMs: this.#random() > 0.8 ? this.#between(0.1, 3) : 0, endMs: this.#between(0.2, 1)};
		const isRepeated = nth % 17 === 3;
		const statements = this.#uses(databaseMs, isRepeated ? 24 : 1);
		const durationMs = phases.setupMs + bodyMs + phases.teardownMs + phases.endMs;
		const isFailed = nth % 61 === 12;
		const budgetMs = fixture === 'tddParallelSafe' ? 250 : 100;
		const heap = 24_000_000 + ((nth % 400) * 60_000);
		return {
			title: this.#options.hostile !== '' && nth === 0 ? this.#options.hostile : `${titles[nth % titles.length]!}${nth >= titles.length ? `, case ${Math.floor(nth / titles.length) + 1}` : ''}`,
			fixture, mode: fixture === 'tddParallelSafe' ? 'clone' : 'rollback', isolationLevel: 'read committed', seeds: fixture === 'tddSeededData' ? ['shop'] : [],
			outcome: isFailed ? 'failed' : 'passed', ...isFailed ? {error: this.#options.hostile || 'new row for relation "products" violates check constraint "products_stock_check"'} : {},
			startedAt, durationMs, phases, statements, statementCount: statements.reduce((sum, {count}) => sum + count, 0), rowCount: statements.reduce((sum, {rows}) => sum + rows, 0),
			bytesSent: statements.length * 180, bytesReceived: statements.length * 420, retries: nth % 50 === 9 ? 1 : 0,
			memory: {heapBefore: heap, heapPeak: heap + this.#between(0.4, 5) * 1_000_000, heapAfter: heap + this.#between(0, 0.8) * 1_000_000, externalAfter: 2_400_000},
			budgetMs, repeated: isRepeated ? [this.#repeated()] : [], plans: isSlow ? [this.#plan(databaseMs)] : [],
			measures: nth % 11 === 0 ? [{name: 'checkout', startMs: 0.4, durationMs: bodyMs * 0.8, statements: 3}, {name: 'pay', startMs: 0.9, durationMs: bodyMs * 0.3, statements: 1, parent: 'checkout'}] : [],
			warnings: this.#warnings({durationMs, budgetMs, isRepeated, isSlow}),
		};
	}

	#uses(databaseMs: number, repeats: number) {
		const first = Math.floor(this.#random() * 3);
		return [0, 1, 2].map(offset => {
			const count = offset === 1 ? repeats : 1;
			const totalMs = databaseMs * [0.2, 0.3, 0.5][offset]!;
			return {statement: (first + offset) % texts.length, count, totalMs, maxMs: totalMs / count, rows: count * Math.ceil(this.#between(0, 4)), errors: 0};
		});
	}

	#repeated(): RepeatedStatement {
		const where = this.#options.hostile;
		return {statement: 1, count: 24, stack: `at loadCustomer (file:///home/ada/shop/lib/${where}orders.ts:41:22)\nat async Promise.all (index 0)\nat totals (file:///home/ada/shop/lib/orders.ts:58:9)`};
	}

	#plan(databaseMs: number): CapturedPlan {
		return {statement: 2, tookMs: databaseMs * 0.5, plan: this.#options.hostile === '' ? plan : {Plan: {...plan.Plan, 'Node Type': this.#options.hostile, 'Filter': this.#options.hostile}}, isAnalyzed: true, buffers: 448};
	}

	#warnings({durationMs, budgetMs, isRepeated, isSlow}: {durationMs: number; budgetMs: number; isRepeated: boolean; isSlow: boolean}): TestWarning[] {
		return [
			...durationMs > budgetMs ? [{kind: 'budget' as const, message: `It took ${Math.round(durationMs)} ms; its budget is ${budgetMs} ms.`}] : [],
			...isRepeated ? [{kind: 'repeated' as const, message: 'One statement was sent 24 times from the same place (orders.ts:41).'}] : [],
			...isSlow ? [{kind: 'slow' as const, message: 'One statement took more than 50 ms.'}] : [],
		];
	}
}

/** Makes up a run, always the same one for the same options. */
export function sampleRun(options: SampleOptions = {}): RunRecord {
	return new Maker(options).run();
}

/** A made-up history: one figure that stays, one that went up in the last run, one that counts. */
export function sampleHistory() {
	const day = 86_400_000;
	const points = (values: readonly number[]) => values.map((value, index) => ({at: Date.UTC(2026, 10, 14) + (index * day), value}));
	return [
		{metric: 'fixture set-up', unit: 'ms' as const, points: points([0.61, 0.58, 0.6, 0.63, 0.59, 0.62, 0.6, 0.61, 0.6, 0.62]), band: {low: 0.5, high: 0.72}},
		{metric: 'individual test', unit: 'ms' as const, points: points([11.8, 12.1, 11.6, 12.4, 12, 11.9, 12.2, 11.7, 12.1, 16.3]), band: {low: 10, high: 14.4}},
		{metric: 'statements', unit: 'count' as const, points: points([612, 612, 612, 612, 620, 620, 620, 620, 620, 620]), band: {low: 620, high: 620}},
	];
}
