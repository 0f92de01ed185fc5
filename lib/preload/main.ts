// Loaded in each worker, before the test file: by AVA itself, by a setup file of Vitest's, by what node:test imports first.
import {registerHooks, type ResolveFnOutput} from 'node:module';
import process from 'node:process';
import {skippedVariable} from '../config/mode.ts';
import type {BundleMap} from './bundle.ts';

/**
 * Called with what the run gave: takes variables away that would lead past the signpost, and sends imports of bundled modules to the
 * bundle, wherever they come from.
 */
export default function preload(bundle: BundleMap | undefined, removedVariables: readonly string[] = []): void {
	for (const name of removedVariables) {
		delete process.env[name];
	}

	if (bundle) {
		useBundle(bundle);
	}

	if (process.env[skippedVariable] !== undefined) {
		skipFixtures();
	}
}

function useBundle({modules, folder, importer, project}: BundleMap): void {
	registerHooks({
		resolve(specifier, context, next) {
			const isFromBundle = context.parentURL?.startsWith(folder) && !specifier.startsWith('.');
			// The runner is the project's, also where the harness is linked from elsewhere and has one of its own beside it.
			const parentURL = specifier === 'ava' || specifier === 'vitest' ? project : importer;
			const resolved = next(specifier, isFromBundle ? {...context, parentURL} : context);
			const url = modules[resolved.url];
			return url === undefined ? resolved : {...resolved, url, format: 'module'};
		},
	});
}

/** Puts a module of ours in the place of AVA; only that one gets AVA itself. */
function skipFixtures(): void {
	const wrapper = new URL('skipping.js', import.meta.url).href;
	let ava: ResolveFnOutput | undefined;
	registerHooks({
		resolve(specifier, context, next) {
			if (specifier !== 'ava') {
				return next(specifier, context);
			}

			if (context.parentURL === wrapper) {
				return ava ? {...ava, shortCircuit: true} : next(specifier, context);
			}

			ava = next(specifier, context);
			return {url: wrapper, format: 'module', shortCircuit: true};
		},
	});
}
