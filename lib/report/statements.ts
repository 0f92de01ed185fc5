import {fingerprintSync, loadModule, normalizeSync} from 'libpg-query';
import type {FileRecord, StatementText, StatementUse, TestRecord} from '../monitor/records.ts';
import {tablesOf} from './tables.ts';

/** What one test did with the statements of a group. */
export interface StatementTest {
	readonly file: string;
	readonly title: string;
	readonly count: number;
	readonly totalMs: number;
	readonly maxMs: number;
	readonly rows: number;
}

/** Statements that are the same but for their values and the lengths of their lists, over all files of a run. */
export interface StatementGroup {
	/** PostgreSQL's own, as 16 hexadecimal digits; for a text that it cannot parse, the text itself. */
	readonly fingerprint: string;
	/** The first of its texts, with `$1` in the place of each constant. */
	readonly text: string;
	/** The tables that it names, sorted. Tables that differ in their numbers alone, as partitions do, have one fingerprint. */
	readonly tables: readonly string[];
	readonly count: number;
	readonly totalMs: number;
	readonly meanMs: number;
	/** The slowest single one. */
	readonly maxMs: number;
	/** Returned or changed. */
	readonly rows: number;
	readonly errors: number;
	/** Those who sent it, the one that it cost the most time first. */
	readonly tests: readonly StatementTest[];
}

/** What a text is, whatever it holds for values. */
export interface StatementIdentity {
	readonly fingerprint: string;
	readonly text: string;
	readonly tables: readonly string[];
}

/** Tells what a text is. */
export type Identify = (statement: StatementText) => StatementIdentity;

/**
 * Loads PostgreSQL's parser (10 ms, once) and gives what identifies statements by it: `in ($1, $2)` is `in ($1)`, and so are
 * inserts of one and of many rows. Each text is parsed once, at 0.05 ms.
 */
export async function loadIdentify(): Promise<Identify> {
	await loadModule();
	const known = new Map<string, StatementIdentity>();
	return statement => {
		const identity = known.get(statement.text) ?? identify(statement);
		known.set(statement.text, identity);
		return identity;
	};
}

function identify({text, tables}: StatementText): StatementIdentity {
	try {
		return {fingerprint: fingerprintSync(text), text: normalizeSync(text).trim(), tables: tables?.toSorted() ?? tablesOf(text)};
	} catch {
		// Not SQL to PostgreSQL: a test may well send such a thing, to see it fail.
		return {fingerprint: text, text, tables: tables?.toSorted() ?? []};
	}
}

type Mutable<T> = {-readonly [Key in keyof T]: T[Key]};
type Group = Mutable<Omit<StatementGroup, 'tests' | 'tables'>> & {tables: Set<string>; tests: Map<TestRecord, Mutable<StatementTest>>};

/** Groups the statements of a run by their fingerprint; what cost the most time comes first. */
export async function groupStatements(files: readonly FileRecord[]): Promise<StatementGroup[]> {
	const identify = await loadIdentify();
	const groups = new Map<string, Group>();
	for (const {file, tests, statements} of files) {
		for (const test of tests) {
			for (const use of test.statements) {
				addUse(groupOf(groups, identify(statements[use.statement]!)), {file, test}, use);
			}
		}
	}

	return [...groups.values()].map(group => finish(group)).toSorted((one, other) => other.totalMs - one.totalMs);
}

function groupOf(groups: Map<string, Group>, {tables, ...identity}: StatementIdentity): Group {
	const group = groups.get(identity.fingerprint) ?? {...identity, tables: new Set(), count: 0, totalMs: 0, meanMs: 0, maxMs: 0, rows: 0, errors: 0, tests: new Map()};
	groups.set(identity.fingerprint, group);
	for (const table of tables) {
		group.tables.add(table);
	}

	return group;
}

function addUse(group: Group, {file, test}: {readonly file: string; readonly test: TestRecord}, use: StatementUse): void {
	const ofTest = group.tests.get(test) ?? {file, title: test.title, count: 0, totalMs: 0, maxMs: 0, rows: 0};
	group.tests.set(test, ofTest);
	for (const sum of [group, ofTest]) {
		sum.count += use.count;
		sum.totalMs += use.totalMs;
		sum.maxMs = Math.max(sum.maxMs, use.maxMs);
		sum.rows += use.rows;
	}

	group.errors += use.errors;
}

function finish({tests, tables, ...group}: Group): StatementGroup {
	return {
		...group, tables: [...tables].toSorted(), meanMs: group.count === 0 ? 0 : group.totalMs / group.count,
		tests: [...tests.values()].toSorted((one, other) => other.totalMs - one.totalMs),
	};
}
