import type {HarnessOptions} from '../config/options.ts';
import {ConfigError} from '../errors.ts';
import type {Figure, TargetedFigure} from './performance/figures.ts';

/** How performance is measured. */
export interface MeasureOptions {
	/** How many times each thing is measured. Default 30; what is slow by nature, such as a clone, fewer times. */
	readonly samples?: number;
	/** Outside of tests: the options of the harness, beside those in the project's files. In a test the run has set them. Default: the files alone. */
	readonly harness?: HarnessOptions;
}

/** The four figures of the Python original, in two forms: medians under the names of their targets, and in full. */
export interface TddPerformance {
	/** The median of {@link individualTest}, in ms. */
	readonly individualTestTargetMs: number;
	/** The median of {@link fixtureSetup}, in ms. */
	readonly fixtureSetupTargetMs: number;
	/** The median of {@link connectionAcquisition}, in ms. */
	readonly connectionAcquisitionTargetMs: number;
	/** The median of {@link schemaOperation}, in ms. */
	readonly schemaOperationTargetMs: number;
	/** A small test, from the opening of its context to its end: two rows inserted, one updated, two reads. Target 100 ms. */
	readonly individualTest: TargetedFigure;
	/** Opening a rollback context and ending it, with one `select 1`, because BEGIN travels with the first statement. Target 10 ms. */
	readonly fixtureSetup: TargetedFigure;
	/** From asking for a place to a context that can be used, on a connection that is open. Target 5 ms. */
	readonly connectionAcquisition: TargetedFigure;
	/** Asking for a database with the schema, which is there. Target 10 ms. */
	readonly schemaOperation: TargetedFigure;
}

/** Medians by name, flat, in the unit that ends the name: `individualTestMs`, `heapUsedBytes`. */
export type ComprehensivePerformance = Readonly<Record<string, number>>;

const defaultSamples = 30;

function samplesOf({samples = defaultSamples}: MeasureOptions): number {
	if (Number.isInteger(samples) && samples > 0) {
		return samples;
	}

	throw new ConfigError('ERR_CONFIG_INVALID', {
		what: `The option 'samples' is ${String(samples)}.`,
		why: 'It says how many times each figure is measured, and has to be a whole number from 1.',
		fix: `Leave it out for ${defaultSamples}.`,
	});
}

/**
 * Measures, now and in this process, what a test costs: `(await measureTddPerformance()).individualTest.medianMs`. In a test it uses
 * the server of that test file, in a database that no test has; elsewhere it leases one, and gives it back. Takes well under 2 s.
 * What runs beside it is measured with it: use it in a serial test.
 * @throws {ERR_CONFIG_INVALID} and, outside of tests, what `createHarness` throws
 */
export async function measureTddPerformance(options: MeasureOptions = {}): Promise<TddPerformance> {
	const samples = samplesOf(options);
	const [{withMeasuringSession}, {measureBasics}] = await Promise.all([import('./performance/measuring.ts'), import('./performance/basics.ts')]);
	const basics = await withMeasuringSession(options.harness, 'measureTddPerformance', async session => measureBasics(session, samples));
	return {
		individualTestTargetMs: basics.individualTest.medianMs,
		fixtureSetupTargetMs: basics.fixtureSetup.medianMs,
		connectionAcquisitionTargetMs: basics.connectionAcquisition.medianMs,
		schemaOperationTargetMs: basics.schemaOperation.medianMs,
		...basics,
	};
}

/**
 * Measures the wider set, for comparing one commit with another: what {@link measureTddPerformance} does, and statements, savepoints,
 * transactions, seeded contexts (of the packs that tests asked for last), clones, pools, the keeper, the start of the server, memory.
 * @throws {ERR_CONFIG_INVALID} and, outside of tests, what `createHarness` throws
 */
export async function measureComprehensivePerformance(options: MeasureOptions = {}): Promise<ComprehensivePerformance> {
	const samples = samplesOf(options);
	const [{withMeasuringSession}, {measureAll}] = await Promise.all([import('./performance/measuring.ts'), import('./performance/comprehensive.ts')]);
	const {numbers, figures} = await withMeasuringSession(options.harness, 'measureComprehensivePerformance', async session => measureAll(session, samples));
	return Object.defineProperty({...numbers}, 'figures', {value: figures, enumerable: false});
}

/** What {@link measureComprehensivePerformance} has measured, in full; they lie in it where `Object.entries` and JSON do not look. */
export function figuresOf(performance: ComprehensivePerformance): readonly Figure[] {
	return (performance as {figures?: unknown}).figures as readonly Figure[] | undefined ?? [];
}
