import {readFileSync} from 'node:fs';
import path from 'node:path';
import {parseEnv} from 'node:util';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the application finds in its environment: what is set, and what a `.env` in the project's folder adds to that. */
export function withEnvFile(projectDir: string, env: Environment): Environment {
	try {
		return {...parseEnv(readFileSync(path.join(projectDir, '.env'), 'utf8')), ...env};
	} catch {
		return env;
	}
}
