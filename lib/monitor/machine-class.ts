import os from 'node:os';
import process from 'node:process';
import {isCi} from '../config/load.ts';
import type {MachineClass} from './records.ts';

/** The class of this machine, for tests on a kind of server: `embedded`, `18`. */
export function machineClass(server: string): MachineClass {
	return {
		platform: process.platform,
		arch: process.arch,
		cpu: os.cpus()[0]?.model ?? 'unknown',
		cores: os.availableParallelism(),
		memoryGb: Math.round(os.totalmem() / 2 ** 30),
		node: process.versions.node.split('.')[0]!,
		server,
		isCi: isCi(),
	};
}
