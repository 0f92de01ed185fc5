/** The line that the shell at the top of a container prints when PostgreSQL has ended cleanly and its files may be saved. */
export const heldLine = 'dataflow-tdd: held';

/** What it prints when PostgreSQL ends because nobody is connected. */
export const idleLine = 'dataflow-tdd: nobody is connected any more, so this server ends';

/** How long the files of a held server stay there to be saved: the engine freezes the container while it saves. */
const holdForSeconds = 20;

/**
 * The program at the top of each container, for any `sh`: starts the image's own entry point and watches two things.
 * - Established connections (01) to port 5432 (0x1538). None for 3 s after the first one, none for 8 s after somebody
 *   listens there (0A), none and no listener for 75 s: whoever started the server is dead, so PostgreSQL ends.
 *   What does not end within 5 s more is killed.
 * - SIGUSR1: PostgreSQL ends cleanly, and the container stays for a moment so that its files can be committed.
 * Everything is a builtin of the shell, but for sleep. The server is a child, since the engine removes a
 * container as soon as its first process ends.
 */
const script = `
end_server() {
	pid=
	{ read -r pid < "$PGDATA/postmaster.pid"; } 2>/dev/null
	kill -INT "\${pid:-$server}" 2>/dev/null
}
look() {
	seen=nothing
	for table in /proc/net/tcp /proc/net/tcp6; do
		[ -r "$table" ] || continue
		while read -r _ local _ state _; do
			case "$local $state" in
				*:1538\\ 01) seen=connection; return ;;
				*:1538\\ 0A) seen=listener ;;
			esac
		done < "$table"
	done
}
lifeline() {
	trap - INT TERM USR1
	idle=0 limit=75
	while [ "$idle" -lt "$limit" ]; do
		sleep 1
		idle=$((idle + 1))
		look
		case "$seen $limit" in
			connection*) idle=0 limit=3 ;;
			'listener 75') idle=0 limit=8 ;;
		esac
	done
	echo '${idleLine}' >&2
	end_server
	sleep 5
	kill -KILL -1
}
"$@" &
server=$!
held=
trap end_server INT TERM
trap 'held=yes; end_server' USR1
lifeline &
watcher=$!
wait "$server"
status=$?
while kill -0 "$server" 2>/dev/null; do
	wait "$server"
	status=$?
done
if [ "$held" ] && [ "$status" = 0 ]; then
	kill -KILL "$watcher"
	echo '${heldLine}'
	sleep ${holdForSeconds}
fi
exit "$status"
`;

/** The entry point of a container whose image has the entry point `entrypoint`: the same, under the lifeline. */
export function withLifeline(entrypoint: readonly string[]): string[] {
	return ['sh', '-c', script.trim(), 'dataflow-tdd', ...entrypoint];
}
