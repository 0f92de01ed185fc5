#!/usr/bin/env bash
# Writes the page of the run that failed. A run that never began has none.
set -euo pipefail
# shellcheck source=options.sh
. "$(dirname "${BASH_SOURCE[0]}")/options.sh"

file="$RUNNER_TEMP/dataflow-tdd-report.html"
rm -f "$file"
if npx --no-install dataflow-tdd report --out "$file"; then
	output file "$file"
else
	printf 'There is no report of this run.\n'
fi
