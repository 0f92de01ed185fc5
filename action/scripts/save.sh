#!/usr/bin/env bash
# Keeps the snapshot that this job has built: in a registry, or in an archive that goes into the cache.
set -euo pipefail
# shellcheck source=options.sh
. "$(dirname "${BASH_SOURCE[0]}")/options.sh"

errors="$RUNNER_TEMP/dataflow-tdd-save.txt"
if [ "$CACHE" = registry ]; then
	to=(push "$WITH_REGISTRY")
else
	to=(export "$ARCHIVE")
fi

if npx --no-install dataflow-tdd snapshot "${to[@]}" 2>"$errors"; then
	output saved true
	[ "$CACHE" = registry ] || output archived true
else
	warn "The snapshot is not kept: $(tail -n 1 "$errors")"
	output saved false
fi
