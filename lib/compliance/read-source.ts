import {analyze} from '@typescript-eslint/scope-manager';
import {parseModule, type ParsedModule} from '../source/parse.ts';
import type {Scopes} from './bindings.ts';

/** A file with its tree and its scopes. */
export interface ReadSource extends ParsedModule {
	readonly scopes: Scopes;
}

/** Reads a file's text into what rules look at. */
export function readSource(file: string, text: string): ReadSource {
	const parsed = parseModule(file, text);
	// The tree is the one that oxlint hands to the same function.
	const scopes = analyze(parsed.program as unknown as Parameters<typeof analyze>[0], {sourceType: 'module', lib: []});
	return {...parsed, scopes};
}
