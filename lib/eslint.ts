import path from 'node:path';
import {check, messageOf} from './compliance/checks.ts';
import type {Scopes} from './compliance/bindings.ts';
import type {Finding} from './compliance/finding.ts';
import {complianceRules, type ComplianceRuleInfo, type ComplianceRuleName} from './compliance/rule-list.ts';
import {loadSqlParser} from './compliance/sql.ts';
import {Suppressions} from './compliance/suppression.ts';
import {TestFile} from './compliance/test-file.ts';
import {packageVersion} from './keeper/identity.ts';
import type {AstNode, NodeOf} from './source/ast.ts';
import type {SourceComment} from './source/parse.ts';

// ESLint's rules cannot wait, so PostgreSQL's parser is loaded with the plugin.
await loadSqlParser();

/** Of a file, what ESLint gives a rule. */
interface SourceCode {
	/** The text of the file. */
	readonly text: string;
	/** Its tree. */
	readonly ast: AstNode;
	/** Its scopes; null where the parser has none. */
	readonly scopeManager: object | null;
	/** Its comments, in order. */
	getAllComments(): ReadonlyArray<object>;
	/** Line (from 1) and column (from 0) of an index into the text. */
	getLocFromIndex(index: number): {line: number; column: number};
}

/** Of ESLint, what a rule needs. */
export interface RuleContext {
	/** The path of the file that is linted. */
	readonly filename: string;
	/** The folder that paths are relative to. */
	readonly cwd: string;
	/** Its text, tree, scopes and comments. */
	readonly sourceCode: SourceCode;
	/** Takes what a rule has found. */
	report(descriptor: object): void;
}

/** A rule in ESLint's form. */
export interface EslintRule {
	/** What ESLint shows of the rule, and whether it can mend what it finds. */
	readonly meta: {
		readonly type: 'problem';
		readonly docs: {readonly description: string; readonly recommended: true; readonly url: string};
		readonly fixable?: 'code';
		readonly schema: [];
	};
	/** The context is ESLint's or oxlint's; both give what {@link RuleContext} says. */
	create(context: object): Record<string, (node: never) => void>;
}

/** The plugin in ESLint's form, with the configuration `recommended` for `eslint.config.js`. */
export interface EslintPlugin {
	/** Name and version, for caches of ESLint. */
	readonly meta: {readonly name: string; readonly version: string};
	/** The rules by name, as `complianceRules` lists them. */
	readonly rules: Readonly<Record<ComplianceRuleName, EslintRule>>;
	/** Configurations to put into the list of `eslint.config.js`. */
	readonly configs: {readonly recommended: {
		readonly name: string;
		/** The plugin itself: with a type that does not hold its own, as ESLint's does not. */
		readonly plugins: Record<string, Pick<EslintPlugin, 'meta' | 'rules'>>;
		readonly rules: Readonly<Record<`dataflow-tdd/${ComplianceRuleName}`, 'error'>>;
	}};
}

/** What is known of files that are being linted: all rules of a file share it, and it goes with the file's tree. */
const known = new WeakMap<AstNode, {readonly file: TestFile; readonly suppressions: Suppressions}>();

function read({filename, cwd, sourceCode}: RuleContext): {readonly file: TestFile; readonly suppressions: Suppressions} | undefined {
	const {ast, text, scopeManager} = sourceCode;
	const before = known.get(ast);
	if (before || !scopeManager) {
		return before;
	}

	const file = new TestFile({file: path.resolve(cwd, filename), root: cwd, text, program: ast as NodeOf<'Program'>, scopes: scopeManager as Scopes, definitions: new Map()});
	const fresh = {file, suppressions: new Suppressions(text, sourceCode.getAllComments() as SourceComment[])};
	known.set(ast, fresh);
	return fresh;
}

function report(context: RuleContext, finding: Finding): void {
	const {fix, node: {range: [start, end]}} = finding;
	const {sourceCode} = context;
	context.report({
		loc: {start: sourceCode.getLocFromIndex(start), end: sourceCode.getLocFromIndex(end)},
		message: messageOf(finding),
		...(fix && {fix: (fixer: {replaceTextRange(range: readonly [number, number], text: string): object}) => fixer.replaceTextRange(fix.range, fix.text)}),
	});
}

function createRule({name, description, docs, isFixable}: ComplianceRuleInfo): EslintRule {
	return {
		meta: {type: 'problem', docs: {description, recommended: true, url: docs}, ...(isFixable && {fixable: 'code' as const}), schema: []},
		create(given) {
			const context = given as RuleContext;
			return {
				// At the end every node knows its parent.
				'Program:exit': () => {
					const source = read(context);
					for (const finding of source ? check(name, source.file) : []) {
						if (!source?.suppressions.has(name, context.sourceCode.getLocFromIndex(finding.node.range[0]).line)) {
							report(context, finding);
						}
					}
				},
			};
		},
	};
}

/** The rules by name. */
const rules = Object.fromEntries(complianceRules.map(rule => [rule.name, createRule(rule)])) as EslintPlugin['rules'];

/** The configuration names the plugin, which holds the configuration. */
const plugins: EslintPlugin['configs']['recommended']['plugins'] = {};

/** The plugin: put `dataflowTdd.configs.recommended` into the list of `eslint.config.js`. */
const plugin: EslintPlugin = {
	meta: {name: 'dataflow-tdd', version: packageVersion()},
	rules,
	configs: {recommended: {
		name: 'dataflow-tdd/recommended',
		plugins,
		rules: Object.fromEntries(complianceRules.map(({name}) => [`dataflow-tdd/${name}`, 'error'])) as EslintPlugin['configs']['recommended']['rules'],
	}},
};

plugins['dataflow-tdd'] = plugin;

export default plugin;
/** The plugin's parts by name, as oxlint and `import * as` want them. */
export const {meta, configs} = plugin;
export {rules};
