import {appendFileSync} from 'node:fs';
import process from 'node:process';

/** What one fault cost. */
export interface Measured {
	readonly fault: string;
	/** Where the tests ran. */
	readonly server: string;
	/** From the fault to the first look at which nothing was left. */
	readonly cleanAfterMs: number;
}

/** Adds a fault to the report: a line of JSON in the file that FAULTS_REPORT names. Files of tests write it at once, so it only grows. */
export function report(measured: Measured): void {
	const file = process.env['FAULTS_REPORT'];
	if (file) {
		appendFileSync(file, `${JSON.stringify({...measured, cleanAfterMs: Math.round(measured.cleanAfterMs)})}\n`);
	}
}
