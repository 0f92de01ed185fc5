import process from 'node:process';

/** As shells have it for what SIGINT has ended. */
export const interruptedCode = 130;

/** Does something that takes back what it has begun when Ctrl-C aborts it. */
export async function interruptible<T>(action: (signal: AbortSignal) => Promise<T>): Promise<T> {
	const controller = new AbortController();
	const abort = (): void => {
		controller.abort();
	};

	process.on('SIGINT', abort);
	process.on('SIGTERM', abort);
	try {
		return await action(controller.signal);
	} finally {
		process.off('SIGINT', abort);
		process.off('SIGTERM', abort);
	}
}
