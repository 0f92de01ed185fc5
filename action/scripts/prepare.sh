#!/usr/bin/env bash
# Checks the inputs, and asks the harness for the fingerprint under which a snapshot is kept.
set -euo pipefail
# shellcheck source=options.sh
. "$(dirname "${BASH_SOURCE[0]}")/options.sh"

cache="${WITH_CACHE:-archive}"
case "$cache" in
	archive | none) ;;
	registry) [ -n "${WITH_REGISTRY:-}" ] || refuse 'cache: registry needs the input registry, such as ghcr.io/shop/test-snapshots.' ;;
	*) refuse "cache: '$cache' is not known; it is archive, registry or none." ;;
esac

index="${WITH_SHARD_INDEX:-}"
total="${WITH_SHARD_TOTAL:-}"
if [ -n "$index$total" ]; then
	[[ "$index" =~ ^[0-9]+$ && "$total" =~ ^[0-9]+$ && "$((10#$index))" -lt "$((10#$total))" ]] ||
		refuse "shard-index is '$index' and shard-total '$total': the index counts from 0, and is less than the total."
fi

# Templates on a server that is there already stay on it: nothing has to be carried from job to job.
case "${DATAFLOW_TDD_SERVER:-}" in *://*) cache=none ;; esac

key=''
errors="$RUNNER_TEMP/dataflow-tdd-key.txt"
if [ "$cache" != none ]; then
	if fingerprint="$(npx --no-install dataflow-tdd snapshot key 2>"$errors")" && [[ "$fingerprint" =~ ^[A-Za-z0-9._-]+$ ]]; then
		key="dataflow-tdd-${RUNNER_OS:-unknown}-${RUNNER_ARCH:-unknown}-$fingerprint"
	else
		warn "No snapshot is kept, as its fingerprint cannot be had: $(tail -n 1 "$errors")"
		cache=none
	fi
fi

# Jobs that divide one run have the same snapshot: the first keeps it.
saves=true
[ "${index:-0}" = 0 ] || saves=false

output cache "$cache"
output key "$key"
output archive "$RUNNER_TEMP/dataflow-tdd-snapshot.tar"
output saves "$saves"
output report-name "${WITH_REPORT_NAME:-dataflow-tdd-report-${GITHUB_JOB:-job}-${index:-${JOB_INDEX:-0}}}"
