import {existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {machineId} from '#lib/config/machine.js';
import {partName, sweepParts} from '#lib/config/parts.js';
import {withFolder} from '../helpers/folder.ts';

/** Linux gives no process an id above this. */
const nobody = 4_194_305;

test('what a dead process had under construction is swept, a live one\'s and what is finished stay', async t => withFolder(async folder => {
	const live = partName(path.join(folder, 'live'));
	const dead = [path.join(folder, `dead.${machineId()}-${nobody}.part`), path.join(folder, `dead.${machineId()}-${nobody}.removed`)];
	for (const made of [live, ...dead, path.join(folder, 'finished')]) {
		mkdirSync(made);
		writeFileSync(path.join(made, 'file'), '');
	}

	t.true(live.endsWith(`${machineId()}-${process.pid}.part`));
	t.deepEqual(sweepParts(folder).toSorted(), dead.toSorted());
	t.deepEqual(readdirSync(folder).toSorted(), ['finished', path.basename(live)].toSorted());
}));

test('what was under construction on another machine, or before a restart, is swept after a day', async t => withFolder(async folder => {
	const [young, old] = [path.join(folder, 'young.00000000-1.part'), path.join(folder, 'old.00000000-1.part')];
	mkdirSync(young);
	mkdirSync(old);
	const before = new Date(Date.now() - 25 * 3_600_000);
	utimesSync(old, before, before);
	t.deepEqual(sweepParts(folder), [old]);
	t.true(existsSync(young));
}));

test('a folder that is not there holds nothing to sweep', t => {
	t.deepEqual(sweepParts('/nonexistent'), []);
});
