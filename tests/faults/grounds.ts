import process from 'node:process';
import type {ExecutionContext} from 'ava';
import test from 'ava';
import {findMachineEngine} from './engine.ts';
import type {Ground} from './fault-project.ts';
import {makeScratchGround} from './scratch-ground.ts';

type Kind = 'container' | 'embedded' | 'external';

/** FAULTS_SERVERS chooses, as in `embedded,external`; without it, all. */
const wanted = (process.env['FAULTS_SERVERS'] ?? 'container,embedded,external').split(',');

const machineEngine = wanted.includes('container') ? await findMachineEngine() : 'FAULTS_SERVERS leaves containers out';

async function groundOf(t: ExecutionContext, kind: Kind): Promise<Ground> {
	if (kind === 'external') {
		return makeScratchGround(t);
	}

	return {name: kind, server: kind, ...(kind === 'container' && typeof machineEngine === 'object' && {engine: machineEngine})};
}

/** Why there is no server of a kind here, or why none is wanted. */
export function reasonToSkip(kind: Kind): string | undefined {
	if (kind === 'container' && typeof machineEngine === 'string') {
		return machineEngine;
	}

	return wanted.includes(kind) ? undefined : `FAULTS_SERVERS is ${wanted.join(',')}`;
}

/** Declares a test for each kind of server that is to be had; says why for each that is not. */
export function onEach(kinds: readonly Kind[], title: string, body: (t: ExecutionContext, ground: Ground) => Promise<void>): void {
	for (const kind of kinds) {
		const reason = reasonToSkip(kind);
		const name = `${title} (${kind})`;
		if (reason === undefined) {
			test.serial(name, async t => body(t, await groundOf(t, kind)));
		} else {
			console.log(`skipped: ${name}: ${reason}`);
			test.skip(name, async () => {});
		}
	}
}

/** The two kinds of server that the harness starts by itself. */
export const started = ['container', 'embedded'] as const;
/** Those, and one that was there before. */
export const all = ['container', 'embedded', 'external'] as const;
