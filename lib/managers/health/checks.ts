import {HarnessError} from '../../errors.ts';
import type {HealthCheck} from '../health.ts';

/** What a check has found out. */
export type Finding = Omit<HealthCheck, 'name'>;

export const ok = (detail: string): Finding => ({status: 'ok', detail});
export const warning = (detail: string, fix: string): Finding => ({status: 'warning', detail, fix});
export const failed = (detail: string, fix: string): Finding => ({status: 'failed', detail, fix});

/** What an error says: it keeps tests from running. */
export function ofError(error: unknown): Finding {
	if (!(error instanceof HarnessError)) {
		return {status: 'failed', detail: String(error)};
	}

	const {message, hint} = error;
	const detail = message.endsWith(hint) ? message.slice(0, -hint.length).trim() : message;
	return {status: 'failed', detail: `${error.code}: ${detail}`, ...(hint !== '' && {fix: hint})};
}

/** Looks at one thing. A look that fails is what it has found. */
export async function check(name: string, look: () => Finding | Promise<Finding>): Promise<HealthCheck> {
	try {
		return {name, ...await look()};
	} catch (error) {
		return {name, ...ofError(error)};
	}
}
