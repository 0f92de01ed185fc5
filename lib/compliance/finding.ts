import type {AstNode} from '../source/ast.ts';
import type {TestFile} from './test-file.ts';

/** A change of a file's text that mends a breach. */
export interface ComplianceFix {
	/** From and to, in UTF-16 units. */
	readonly range: readonly [number, number];
	/** What stands there instead. */
	readonly text: string;
}

/** A breach of a rule. */
export interface Finding {
	/** Where it is shown. */
	readonly node: AstNode;
	/** Three sentences: what it is, why that is a breach, what to do. */
	readonly what: string;
	readonly why: string;
	readonly how: string;
	readonly fix?: ComplianceFix | undefined;
}

/** Finds the breaches of one rule in a test file. It tells only what is certain. */
export type Check = (file: TestFile) => Finding[];
