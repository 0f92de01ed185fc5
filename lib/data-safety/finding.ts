/** What somebody's real data can be. The order is that of the reports. */
export const dataKinds = ['email', 'domain', 'phone', 'ssn', 'card', 'iban', 'ipv4', 'ipv6', 'mac'] as const;

/** What a value is that could be somebody's. */
export type DataKind = typeof dataKinds[number];

/** A value in test data that could be somebody's. */
export interface TestDataFinding {
	readonly kind: DataKind;
	/** Relative to the root, with `/` between folders. */
	readonly file: string;
	/** From 1. */
	readonly line: number;
	/** From 1, in characters, as PostgreSQL and editors count them. */
	readonly column: number;
	/** As it is written in the file; of cards, SSNs and IBANs the last digits only, the others are `*`. */
	readonly value: string;
	/** Why it could be somebody's, and behind a semicolon which standard keeps which values free of owners. */
	readonly why: string;
	/** A safe value of the same shape. The same value has the same one wherever it stands, two values never share one. */
	readonly replacement: string;
}

/** A file that was to be checked and could not be read. */
export interface UnreadFile {
	readonly file: string;
	readonly why: string;
}

/** What {@link checkTestData} saw. Its JSON is what programs read. */
export interface TestDataReport {
	/** Sorted by file and place. */
	readonly findings: readonly TestDataFinding[];
	/** How many files were read. */
	readonly files: number;
	/** Files with a syntax error: nothing is known of their data. */
	readonly unread: readonly UnreadFile[];
}
