#!/usr/bin/env bash
# Takes the snapshot from the archive that the cache has brought, or from a registry. The harness verifies it against its fingerprint.
set -euo pipefail
# shellcheck source=options.sh
. "$(dirname "${BASH_SOURCE[0]}")/options.sh"

errors="$RUNNER_TEMP/dataflow-tdd-restore.txt"
snapshot=missing
if [ "$CACHE" = registry ]; then
	if npx --no-install dataflow-tdd snapshot pull "$WITH_REGISTRY" 2>"$errors"; then
		snapshot=restored
	elif grep -q '^ERR_SNAPSHOT_ABSENT: ' "$errors"; then
		printf 'The registry has no snapshot for this fingerprint.\n'
	else
		warn "The snapshot cannot be had from the registry: $(tail -n 1 "$errors")"
	fi
elif [ -f "$ARCHIVE" ]; then
	if npx --no-install dataflow-tdd snapshot import "$ARCHIVE" 2>"$errors"; then
		snapshot=restored
	else
		warn "The snapshot of the cache is not used: $(tail -n 1 "$errors")"
	fi
	rm -f "$ARCHIVE"
fi

output snapshot "$snapshot"
