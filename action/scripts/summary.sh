#!/usr/bin/env bash
# One line below the tables that the harness itself writes: whether the job had to build its snapshot.
set -euo pipefail

[ "$CACHE" != none ] || exit 0
case "$SNAPSHOT-$SAVED" in
	restored-*) told='was built by an earlier job' ;;
	missing-true) told='was built by this job, and is kept' ;;
	missing-false) told='was built by this job, and could not be kept' ;;
	*) told='was built by this job' ;;
esac
# The backticks are Markdown's.
# shellcheck disable=SC2016
printf '\nThe snapshot `%s` %s (cache: %s).\n' "$KEY" "$told" "$CACHE" >>"$GITHUB_STEP_SUMMARY"
