import process from 'node:process';
import {ConfigError} from '../errors.ts';

const oldest = [22, 22] as const;

/**
 * Refuses a Node that is too old before anything is loaded that fails on it in words of its own.
 * @throws {ERR_CONFIG_NODE}
 */
export function assertNodeVersion(version: string = process.versions.node): void {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
		throw new ConfigError('ERR_CONFIG_NODE', {
			what: `This is Node ${version}.`,
			why: `The harness, and the Testcontainers it is built on, need ${oldest.join('.')} or newer.`,
			fix: 'Update Node, or run: npm install --save-dev node@24, which npx then uses.',
		});
	}
}
