import type {SequenceState, TableShape} from '../postgres/catalog.ts';
import type {DatabaseProperties} from '../postgres/database-properties.ts';
import type {RoleShape} from '../postgres/roles.ts';
import type {Combination} from './combination.ts';

/** What is known of a sealed template database. It is kept as the database's comment, so it travels with it. */
export interface TemplateRecord {
	readonly fingerprint: string;
	readonly combination: Combination;
	/** The packs inside, in the order in which they were loaded. */
	readonly packs: readonly string[];
	/** What each pack's `load` returned, as devalue text. */
	readonly results: Readonly<Record<string, string>>;
	/** Where each sequence stands. */
	readonly sequences: readonly SequenceState[];
	readonly tables: readonly TableShape[];
	/** Object ids of the tables that have row-level security. */
	readonly securedTables: readonly number[];
	/** The roles of the server, as of when it was built: to suggest one. */
	readonly roles: readonly RoleShape[];
	/** What CREATE DATABASE does not copy, to be put back on each clone; nothing where that is nothing. */
	readonly properties?: DatabaseProperties | undefined;
	/** What it took to build, on top of the template it was cloned from. */
	readonly buildMs: number;
	readonly sizeBytes: number;
}

/** Reads a database's comment; nothing when it is not one of ours. */
export function parseRecord(comment: string | null): TemplateRecord | undefined {
	try {
		return comment === null ? undefined : JSON.parse(comment) as TemplateRecord;
	} catch {
		return undefined;
	}
}
