// Writes .oxlintrc.json: the direction of imports is told here once, left to right, and turned into one rule for each folder.
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const layers = ['config', 'source', 'postgres', 'server', 'seed', 'template', 'keeper', 'transfer', 'context', 'monitor', 'managers', 'fixtures', 'codegen', 'preload', 'history', 'data-safety', 'report', 'compliance', 'run', 'cli'];

const direction = layers.slice(0, -1).map((layer, index) => ({
	files: [`lib/${layer}/**/*.ts`],
	rules: {
		'no-restricted-imports': ['error', {
			patterns: [{
				group: layers.slice(index + 1).map(right => `**/${right}/**`),
				message: `Imports go one way: ${layer} may not import what comes after it (${layers.join(' -> ')}).`,
			}],
		}],
	},
}));

const config = {
	$schema: './node_modules/oxlint/configuration_schema.json',
	plugins: ['typescript', 'import', 'unicorn', 'node'],
	categories: {correctness: 'error', suspicious: 'error'},
	ignorePatterns: ['build', 'node_modules', '**/fixtures/**/node_modules', 'tests/tdd-env.d.ts'],
	rules: {
		'import/no-cycle': 'error',
		'import/no-unassigned-import': 'off',
		'typescript/no-floating-promises': 'error',
		'typescript/no-misused-promises': 'error',
		'typescript/consistent-type-imports': 'error',
		'max-lines': ['error', {max: 250, skipComments: true, skipBlankLines: true}],
		'max-lines-per-function': ['error', {max: 40, skipComments: true, skipBlankLines: true}],
		'import/no-named-as-default-member': 'off',
		'typescript/no-duplicate-type-constituents': 'off',
		'max-params': ['error', {max: 3}],
		'no-await-in-loop': 'off',
		'no-shadow': 'off',
		'unicorn/no-array-sort': 'error',
		'unicorn/consistent-function-scoping': 'off',
		'unicorn/require-post-message-target-origin': 'off',
		'typescript/unbound-method': 'off',
		'typescript/no-unsafe-type-assertion': 'off',
		'typescript/no-unnecessary-type-parameters': 'off',
	},
	overrides: [
		...direction,
		{files: ['tests/**/*.ts', 'bench/**/*.ts'], rules: {'max-lines-per-function': 'off', 'max-lines': 'off', 'max-params': 'off', 'typescript/no-unnecessary-type-assertion': 'off', 'typescript/restrict-template-expressions': 'off'}},
		// Its tests return promises that nobody has to wait for.
		{files: ['tests/runner/fixtures/node-test/**/*.ts'], rules: {'typescript/no-floating-promises': 'off'}},
	],
};

const file = path.join(path.dirname(import.meta.dirname), '.oxlintrc.json');
const text = `${JSON.stringify(config, undefined, '\t')}\n`;
if (process.argv.includes('--check')) {
	if (readFileSync(file, 'utf8') !== text) {
		console.error('.oxlintrc.json is not what scripts/lint-config.mjs writes: run `node scripts/lint-config.mjs`.');
		process.exitCode = 1;
	}
} else {
	writeFileSync(file, text);
}
