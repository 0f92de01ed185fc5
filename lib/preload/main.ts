// Loaded by AVA in each worker, before the test file.
import {registerHooks} from 'node:module';
import process from 'node:process';
import type {BundleMap} from './bundle.ts';

/**
 * Called by AVA with what `withTdd` gave: takes variables away that would lead past the signpost, and sends imports of bundled modules to the
 * bundle, wherever they come from.
 */
export default function preload(bundle: BundleMap | undefined, removedVariables: readonly string[] = []): void {
	for (const name of removedVariables) {
		delete process.env[name];
	}

	if (bundle) {
		redirectImports(bundle);
	}
}

function redirectImports({modules, folder, importer}: BundleMap): void {
	registerHooks({
		resolve(specifier, context, next) {
			const isFromBundle = context.parentURL?.startsWith(folder) && !specifier.startsWith('.');
			const resolved = next(specifier, isFromBundle ? {...context, parentURL: importer} : context);
			const url = modules[resolved.url];
			return url === undefined ? resolved : {...resolved, url, format: 'module'};
		},
	});
}
