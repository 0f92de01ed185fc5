# shellcheck shell=bash
# What the action was given, as the harness and AVA read it. What was not given is not set, so that the project's own configuration holds.

[ -z "${WITH_SERVER:-}" ] || export DATAFLOW_TDD_SERVER="$WITH_SERVER"
[ -z "${WITH_IMAGE:-}" ] || export DATAFLOW_TDD_IMAGE="$WITH_IMAGE"

# Writes an output of this step.
output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

# A snapshot saves time, and nothing else: tests run without it, so what goes wrong with it is told and fails nothing.
warn() { printf '::warning title=dataflow-tdd::%s\n' "$1"; }

# Fails the job: an input that cannot be used.
refuse() {
	printf '::error title=dataflow-tdd::%s\n' "$1"
	exit 2
}
