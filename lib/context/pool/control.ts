import type {IsolationLevel} from 'kysely';

/** What a statement that controls transactions wants, as far as it matters here. */
export type Control =
	| {readonly kind: 'begin'; readonly command: 'BEGIN' | 'START'; readonly level: IsolationLevel | undefined; readonly isReadOnly: boolean}
	| {readonly kind: 'commit' | 'rollback'; readonly isChained: boolean}
	/** SAVEPOINT, RELEASE, ROLLBACK TO: only allowed inside of a transaction. */
	| {readonly kind: 'savepoint'; readonly command: 'SAVEPOINT' | 'RELEASE SAVEPOINT' | 'ROLLBACK TO SAVEPOINT'}
	/** SET TRANSACTION ISOLATION LEVEL, and its form for the whole session. */
	| {readonly kind: 'level'; readonly level: IsolationLevel}
	/** The first half of a two-phase commit. */
	| {readonly kind: 'prepare'};

const level = 'ISOLATION LEVEL (?:SERIALIZABLE|REPEATABLE READ|READ COMMITTED|READ UNCOMMITTED)';
const mode = `(?:${level}|READ ONLY|READ WRITE|(?:NOT )?DEFERRABLE)`;
const modes = `${mode}(?:(?: ,)? ${mode})*`;
const noise = '(?: WORK| TRANSACTION)?';

const patterns = {
	begin: new RegExp(`^(?:BEGIN${noise}|START TRANSACTION)(?: ${modes})?$`),
	commit: new RegExp(`^(?:COMMIT|END)${noise}(?: AND (?:NO )?CHAIN)?$`),
	rollback: new RegExp(`^(?:ROLLBACK|ABORT)${noise}(?: AND (?:NO )?CHAIN)?$`),
	rollbackTo: new RegExp(`^ROLLBACK${noise} TO `),
	level: new RegExp(`^SET (?:TRANSACTION|SESSION CHARACTERISTICS AS TRANSACTION) .*${level}`),
};

/** PostgreSQL has no dirty reads: it takes the one level for the other. */
function levelIn(words: string): IsolationLevel | undefined {
	const asked = /ISOLATION LEVEL (\w+(?: READ| COMMITTED| UNCOMMITTED)?)/.exec(words)?.[1]?.toLowerCase();
	return asked === 'read uncommitted' ? 'read committed' : asked as IsolationLevel | undefined;
}

/**
 * Says what a statement wants of its transaction; nothing for every other statement, and for one that PostgreSQL itself would refuse to read.
 * @param words its tokens, keywords in capitals
 */
export function controlOf(words: readonly string[]): Control | undefined {
	const text = words.join(' ');
	const isChained = text.endsWith('AND CHAIN');
	switch (words[0]) {
		case 'BEGIN':
		case 'START': {
			return patterns.begin.test(text) ? {kind: 'begin', command: words[0], level: levelIn(text), isReadOnly: text.includes('READ ONLY')} : undefined;
		}

		case 'COMMIT':
		case 'END': {
			return patterns.commit.test(text) ? {kind: 'commit', isChained} : undefined;
		}

		case 'ROLLBACK':
		case 'ABORT': {
			if (patterns.rollbackTo.test(text)) {
				return {kind: 'savepoint', command: 'ROLLBACK TO SAVEPOINT'};
			}

			return patterns.rollback.test(text) ? {kind: 'rollback', isChained} : undefined;
		}

		case 'SAVEPOINT':
		case 'RELEASE': {
			return words.length > 1 ? {kind: 'savepoint', command: words[0] === 'RELEASE' ? 'RELEASE SAVEPOINT' : 'SAVEPOINT'} : undefined;
		}

		case 'PREPARE': {
			return words[1] === 'TRANSACTION' ? {kind: 'prepare'} : undefined;
		}

		case 'SET': {
			const asked = patterns.level.test(text) ? levelIn(text) : undefined;
			return asked && {kind: 'level', level: asked};
		}

		default: {
			return undefined;
		}
	}
}
