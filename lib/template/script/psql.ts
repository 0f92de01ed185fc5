/** Commands without which the script would mean something else, and so cannot be passed over. */
const essential = new Set([
	'i', 'ir', 'include', 'include_relative', 'copy', 'if', 'elif', 'else', 'endif', 'q', 'quit',
	'g', 'gx', 'gexec', 'gset', 'gdesc', 'crosstabview', 'watch', 'bind', 'bind_named', 'parse', 'close', '.',
]);

/** Names the psql command on a line: `connect` for `\connect shop`. */
export function psqlCommand(line: string): string {
	return /^\s*\\([a-z_.!?]+)/i.exec(line)?.[1] ?? '';
}

/** Says whether passing over a psql command would give another database than psql gives. */
export function isEssential(line: string): boolean {
	return essential.has(psqlCommand(line));
}
