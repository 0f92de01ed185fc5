// Loaded by AVA in each worker, before the test file.
import {registerHooks} from 'node:module';
import type {BundleMap} from './bundle.ts';

/** Called by AVA with what `withTdd` gave: sends imports of bundled modules to the bundle, wherever they come from. */
export default function preload(bundle: BundleMap | undefined): void {
	if (!bundle) {
		return;
	}

	const {modules, folder, importer} = bundle;
	registerHooks({
		resolve(specifier, context, next) {
			const isFromBundle = context.parentURL?.startsWith(folder) && !specifier.startsWith('.');
			const resolved = next(specifier, isFromBundle ? {...context, parentURL: importer} : context);
			const url = modules[resolved.url];
			return url === undefined ? resolved : {...resolved, url, format: 'module'};
		},
	});
}
