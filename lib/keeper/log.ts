/** Writes a line to the keeper's log, which is its standard output. */
export function log(text: string): void {
	process.stdout.write(`${new Date().toISOString()} ${text}\n`);
}
