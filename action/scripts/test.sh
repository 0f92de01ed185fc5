#!/usr/bin/env bash
# Runs the tests. AVA divides its files by CI_NODE_INDEX and CI_NODE_TOTAL, where CI is set.
set -euo pipefail
# shellcheck source=options.sh
. "$(dirname "${BASH_SOURCE[0]}")/options.sh"

export CI=true
if [ -n "${WITH_SHARD_TOTAL:-}" ]; then
	export CI_NODE_INDEX="$WITH_SHARD_INDEX" CI_NODE_TOTAL="$WITH_SHARD_TOTAL"
fi

bash -euo pipefail -c "$WITH_COMMAND"
