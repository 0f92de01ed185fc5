import process from 'node:process';

/** What the bench sets or lets pass; other options of the harness in the environment would change what is measured. */
const allowed = new Set(['DATAFLOW_TDD_BUNDLE']);

/** Removes the harness's options from the environment. */
export function clearEnvironment(): void {
	for (const name of Object.keys(process.env)) {
		if (name.startsWith('DATAFLOW_TDD_') && !allowed.has(name)) {
			delete process.env[name];
		}
	}
}

/** Sets variables for the time of an action. */
export async function withEnvironment<T>(variables: Readonly<Record<string, string>>, action: () => Promise<T>): Promise<T> {
	const before = Object.keys(variables).map(name => [name, process.env[name]] as const);
	Object.assign(process.env, variables);
	try {
		return await action();
	} finally {
		for (const [name, value] of before) {
			if (value === undefined) {
				delete process.env[name];
			} else {
				process.env[name] = value;
			}
		}
	}
}
