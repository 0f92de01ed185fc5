#!/usr/bin/env bash
# Makes postgres:MAJOR from Debian's packages, for machines that cannot pull: build.sh MAJOR SUITE
set -euo pipefail
major="$1" suite="$2"
here="$(cd "$(dirname "$0")" && pwd)"
cache="${IMAGE_CACHE:-/var/cache/dataflow-tdd-images}"
archive="$cache/rootfs-$suite-$major.tar"
mkdir -p "$cache"
if docker image inspect "postgres:$major" >/dev/null 2>&1; then
	echo "image postgres:$major is already here"
	exit 0
fi
if [ ! -s "$archive" ]; then
	root="$(mktemp -d "$cache/rootfs.XXXXXX")"
	trap 'rm -rf "$root"' EXIT
	# /etc/default policy: no cluster is made while the package installs.
	debootstrap --variant=minbase --include="postgresql-$major,postgresql-client-$major,gosu,ca-certificates" "$suite" "$root" >"$cache/debootstrap-$major.log" 2>&1 \
		|| { tail -n 20 "$cache/debootstrap-$major.log" >&2; exit 1; }
	rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale} \
		"$root/var/lib/postgresql/$major" "$root/etc/postgresql/$major"
	tar -C "$root" -cf "$archive.part" .
	mv "$archive.part" "$archive"
fi
docker import "$archive" "dataflow-tdd-base:$suite-$major" >/dev/null
DOCKER_BUILDKIT=0 docker build --quiet --build-arg BASE="dataflow-tdd-base:$suite-$major" --build-arg MAJOR="$major" --tag "postgres:$major" "$here" >/dev/null
echo "image postgres:$major was made from Debian $suite"
