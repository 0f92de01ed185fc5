// Stands for `ava` in a run that has no server: tests that use a fixture are skipped by AVA itself, all others run.
import {appendFileSync} from 'node:fs';
import process from 'node:process';
import test from 'ava';
import {skippedVariable} from '../config/mode.ts';
import {isFixture} from '../fixtures/fixture-mark.ts';

export * from 'ava';

type Declare = (...args: unknown[]) => unknown;

/** AVA's `test`, and what hangs on it. */
interface Chain extends Declare {
	readonly [modifier: string]: Chain;
}

const file = process.env[skippedVariable];
/** What declares tests; hooks and the rest of the chain are AVA's own. */
const declaring = new Set(['serial', 'failing', 'only']);

function skipping(chain: Chain, skip: Declare): Chain {
	const skipHere: Declare = chain['skip'] ?? skip;
	return new Proxy(chain, {
		apply(target, self, args: unknown[]) {
			return args.some(argument => isFixture(argument)) ? skipOne(skipHere, args) : Reflect.apply(target, self, args);
		},
		get(target, key, receiver) {
			const value: unknown = Reflect.get(target, key, receiver);
			return typeof key === 'string' && declaring.has(key) && typeof value === 'function' ? skipping(value as Chain, skipHere) : value;
		},
	});
}

function skipOne(skip: Declare, [title]: readonly unknown[]): unknown {
	if (file !== undefined) {
		appendFileSync(file, `${String(title)}\n`);
	}

	return skip(`${String(title)} (skipped: no PostgreSQL to run on)`, () => {});
}

const chain = test as unknown as Chain;

export default skipping(chain, chain['skip']!) as unknown as typeof test;
