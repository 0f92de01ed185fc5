/**
 * The codes of all errors that the harness throws. They are part of the API: match `error.code`, not the message.
 * docs/errors.md explains each of them.
 */
export type ErrorCode =
	| 'ERR_CONFIG_INVALID'
	| 'ERR_CONFIG_LOAD'
	| 'ERR_CONFIG_NODE'
	| 'ERR_CONFIG_PEER'
	| 'ERR_GUARD_REFUSED'
	| 'ERR_GUARD_MARKER'
	| 'ERR_GUARD_REPLACED'
	| 'ERR_GUARD_CONFIRM'
	| 'ERR_SERVER_UNAVAILABLE'
	| 'ERR_SERVER_ENGINE'
	| 'ERR_SERVER_IMAGE'
	| 'ERR_SERVER_PORT'
	| 'ERR_SERVER_DISK'
	| 'ERR_SERVER_URL'
	| 'ERR_SERVER_POOLER'
	| 'ERR_SERVER_FULL'
	| 'ERR_SERVER_VERSION'
	| 'ERR_SERVER_START'
	| 'ERR_SERVER_LOST'
	| 'ERR_SERVER_SNAPSHOT'
	| 'ERR_SNAPSHOT_ARCHIVE'
	| 'ERR_SNAPSHOT_DAMAGED'
	| 'ERR_SNAPSHOT_MISMATCH'
	| 'ERR_SNAPSHOT_KIND'
	| 'ERR_SNAPSHOT_REGISTRY'
	| 'ERR_SNAPSHOT_LOGIN'
	| 'ERR_SNAPSHOT_ABSENT'
	| 'ERR_TEMPLATE_SOURCE'
	| 'ERR_TEMPLATE_SQL'
	| 'ERR_TEMPLATE_MIGRATION'
	| 'ERR_TEMPLATE_COMMAND'
	| 'ERR_TEMPLATE_LOCKED'
	| 'ERR_TEMPLATE_BUSY'
	| 'ERR_SEED_LOAD'
	| 'ERR_SEED_UNKNOWN'
	| 'ERR_SEED_CYCLE'
	| 'ERR_SEED_RESULT'
	| 'ERR_KEEPER_START'
	| 'ERR_KEEPER_LOST'
	| 'ERR_CONTEXT_COMMITTED'
	| 'ERR_CONTEXT_CONSTRAINT'
	| 'ERR_CONTEXT_LEAKED'
	| 'ERR_CONTEXT_CLOSED'
	| 'ERR_CONTEXT_DEADLOCK'
	| 'ERR_CONTEXT_ISOLATION'
	| 'ERR_CONTEXT_STATEMENT'
	| 'ERR_CONTEXT_CONNECTION'
	| 'ERR_CONTEXT_HOOK'
	| 'ERR_CONTEXT_URL'
	| 'ERR_CONTEXT_ROLE'
	| 'ERR_FIXTURE_BODY'
	| 'ERR_FIXTURE_HOOK'
	| 'ERR_MODEL_UNKNOWN'
	| 'ERR_MODEL_KEY'
	| 'ERR_POOL_UNKNOWN'
	| 'ERR_REPORT_RUN'
	| 'ERR_REPORT_WRITE'
	| 'ERR_EXPECT_QUERIES'
	| 'ERR_TEST_QUERIES'
	| 'ERR_TEST_REPEATED'
	| 'ERR_TEST_BUDGET'
	| 'ERR_TEST_MEMORY'
	| 'ERR_HISTORY_FORMAT'
	| 'ERR_HISTORY_BUSY'
	| 'ERR_HISTORY_RUNNER'
	| 'ERR_HISTORY_SUITE'
	| 'ERR_HISTORY_RECORD'
	| 'ERR_COMPLIANCE_PATH'
	| 'ERR_CLI_USAGE'
	| 'ERR_CLI_PSQL'
	| 'ERR_CLI_KEPT'
	| 'ERR_CLI_INIT'
	| 'ERR_CLI_NOTHING'
	| 'ERR_CLI_WRITE';

/** The three sentences of an error: what happened (names, numbers), why (most likely), what to do about it. */
export interface ErrorParts {
	readonly what: string;
	readonly why: string;
	/** The third sentence: an option or a command to paste. It becomes `error.hint`. */
	readonly fix: string;
	/** The foreign error behind this one. */
	readonly cause?: unknown;
}

/** Frames of the harness as workers run it: minified, they tell a reader nothing, and hide the line of the test. */
const bundleFrames = /\n\s+at [^\n]*[/\\]\.cache[/\\]dataflow-tdd[/\\][^\n]*/g;

/** Takes the frames of the harness's bundle out of a stack. */
export function withoutBundleFrames(stack: string): string {
	return stack.replaceAll(bundleFrames, '');
}

/** An error of the harness: `code` to match, `hint` to act on, `cause` to dig into. Passwords never appear in it. */
export class HarnessError extends Error {
	/** What happened, as part of the API. */
	readonly code: ErrorCode;
	/** What to do about it: the last sentence of the message. */
	declare readonly hint: string;

	constructor(code: ErrorCode, {what, why, fix, cause}: ErrorParts) {
		super(redact(`${what}${what.endsWith('\n') ? '' : ' '}${why} ${fix}`.trim()), cause === undefined ? undefined : {cause});
		this.code = code;
		// Not enumerable: runners print what is, and the message has said it.
		Object.defineProperty(this, 'hint', {value: redact(fix), enumerable: false, configurable: true});
		// As Node does it: who shows nothing but the stack shows the code, too.
		this.stack = withoutBundleFrames(this.stack?.replace(this.name, `${this.name} [${code}]`) ?? '');
	}

	/** The name of its class. */
	override get name(): string {
		return this.constructor.name;
	}
}

/** Options or a config file cannot be used. */
export class ConfigError extends HarnessError {}
/** A guard refused something destructive. */
export class GuardError extends HarnessError {}
/** A server could not be found, started, saved or stopped. */
export class ServerError extends HarnessError {}
/** A snapshot could not be brought to another machine, or is not what this one needs. */
export class SnapshotError extends HarnessError {}
/** A template could not be built from its schema sources. */
export class TemplateError extends HarnessError {}
/** A seed pack could not be loaded. */
export class SeedError extends HarnessError {}
/** The keeper could not be started or reached. */
export class KeeperError extends HarnessError {}
/** A test used its context in a way that would break isolation. */
export class ContextError extends HarnessError {}
/** A report could not be made or written. */
export class ReportError extends HarnessError {}
/** A test took more than it may: statements, time, memory. */
export class MonitorError extends HarnessError {}
/** A suite could not be measured, or its history not be used. */
export class HistoryError extends HarnessError {}
/** A command cannot do what it was called for. */
export class CliError extends HarnessError {}

/** Test files could not be checked. */
export class ComplianceError extends HarnessError {}

const classes = {ConfigError, GuardError, ServerError, SnapshotError, TemplateError, SeedError, KeeperError, ContextError, ReportError, MonitorError, HistoryError, ComplianceError, CliError};

/** An error in the shape in which it travels between the keeper and its clients. */
export interface WireError {
	readonly name: string;
	readonly message: string;
	readonly code?: ErrorCode;
	readonly hint?: string;
	readonly causeMessage?: string;
	readonly stack?: string;
}

/** Turns any thrown value into a {@link WireError}. */
export function toWireError(error: unknown): WireError {
	if (!(error instanceof Error)) {
		return {name: 'Error', message: redact(String(error))};
	}

	const wire = {name: error.name, message: redact(error.message), ...(error.stack && {stack: redact(error.stack)})};
	if (!(error instanceof HarnessError)) {
		return wire;
	}

	const causeMessage = error.cause instanceof Error ? redact(error.cause.message) : undefined;
	return {...wire, code: error.code, hint: error.hint, ...(causeMessage && {causeMessage})};
}

/** Makes the error that {@link toWireError} took apart, of the same class and with the same code. */
export function fromWireError(wire: WireError): Error {
	if (!wire.code) {
		return Object.assign(new Error(wire.message), {name: wire.name});
	}

	const Class = classes[wire.name as keyof typeof classes] ?? HarnessError;
	const cause = wire.causeMessage === undefined ? undefined : new Error(wire.causeMessage);
	const error = new Class(wire.code, {what: wire.message, why: '', fix: '', cause});
	Object.defineProperty(error, 'hint', {value: wire.hint ?? '', enumerable: false, configurable: true});
	return error;
}

/** Replaces the password of every URL in a text by `***`. */
export function redact(text: string): string {
	return text
		.replaceAll(/(\w+:\/\/[^\s:/@]*):[^\s"'`]*@/g, '$1:***@')
		.replaceAll(/([?&]password=)[^&\s"'`]*/gi, '$1***');
}
