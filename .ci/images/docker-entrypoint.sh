#!/usr/bin/env bash
# Keeps the contract of the official PostgreSQL image (environment, init folder, signals), so that
# what passes against this locally made image passes against the official one.
set -Eeuo pipefail

# NAME_FILE wins over nothing, loses against nothing: setting both NAME and NAME_FILE is an error.
read_setting() {
	local name="$1" default="${2:-}" file_name="${1}_FILE"
	if [ -n "${!name:-}" ] && [ -n "${!file_name:-}" ]; then
		echo >&2 "error: $name and $file_name are both set; set one of them"
		exit 1
	fi
	if [ -n "${!file_name:-}" ]; then
		printf -v "$name" '%s' "$(<"${!file_name}")"
	elif [ -z "${!name:-}" ]; then
		printf -v "$name" '%s' "$default"
	fi
	export "${name?}"
	unset "$file_name"
}

# Touches only files that have the wrong owner: a recursive chown copies every file up in overlayfs.
claim_folder() {
	mkdir -p "$1"
	find "$1" \! -user postgres -exec chown postgres '{}' +
	chmod "$2" "$1"
}

psql_local() {
	PGPASSWORD="${PGPASSWORD:-$POSTGRES_PASSWORD}" psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet \
		--username "$POSTGRES_USER" --no-password --host '' "$@"
}

create_cluster() {
	# shellcheck disable=SC2086 # POSTGRES_INITDB_ARGS is a list of arguments by contract
	initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") ${POSTGRES_INITDB_ARGS:-} ${POSTGRES_INITDB_WALDIR:+--waldir "$POSTGRES_INITDB_WALDIR"}
	local method
	method="${POSTGRES_HOST_AUTH_METHOD:-$(postgres -C password_encryption)}"
	printf '\nhost all all all %s\n' "$method" >> "$PGDATA/pg_hba.conf"
}

run_init_file() {
	case "$1" in
		*.sh) if [ -x "$1" ]; then "$1"; else . "$1"; fi ;;
		*.sql) psql_local --dbname "$POSTGRES_DB" -f "$1" ;;
		*.sql.gz) gunzip -c "$1" | psql_local --dbname "$POSTGRES_DB" ;;
		*) echo "ignoring $1" ;;
	esac
}

initialise() {
	if [ -z "$POSTGRES_PASSWORD" ] && [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
		echo >&2 'error: POSTGRES_PASSWORD is empty; set it, or POSTGRES_HOST_AUTH_METHOD=trust'
		exit 1
	fi
	create_cluster
	# The temporary server listens on its socket only, so nobody takes it for the real one.
	PGUSER="$POSTGRES_USER" pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -p 5432" -w start
	if [ "$POSTGRES_DB" != postgres ]; then
		psql_local --dbname postgres --set db="$POSTGRES_DB" <<< 'CREATE DATABASE :"db";'
	fi
	local file
	for file in /docker-entrypoint-initdb.d/*; do
		[ -e "$file" ] && run_init_file "$file"
	done
	PGUSER="$POSTGRES_USER" pg_ctl -D "$PGDATA" -m fast -w stop
	echo 'PostgreSQL init process complete; ready for start up.'
}

main() {
	[ "${1:0:1}" = '-' ] && set -- postgres "$@"
	[ "${1:-}" = postgres ] || exec "$@"
	if [ "$(id -u)" = 0 ]; then
		claim_folder "$PGDATA" 700
		claim_folder /var/run/postgresql 2775
		exec gosu postgres "$BASH_SOURCE" "$@"
	fi
	mkdir -p "$PGDATA"
	chmod 700 "$PGDATA" || true
	if [ ! -s "$PGDATA/PG_VERSION" ]; then
		read_setting POSTGRES_PASSWORD
		read_setting POSTGRES_USER postgres
		read_setting POSTGRES_DB "$POSTGRES_USER"
		read_setting POSTGRES_INITDB_ARGS
		initialise
	fi
	exec "$@"
}

main "$@"
