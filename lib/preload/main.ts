// Loaded by AVA in each worker, before the test file.

/** Called by AVA with what `withTdd` gave. */
export default function preload(_options: {readonly projectDir: string}): void {
	// Bundles come later.
}
