#!/usr/bin/env bash
# A container engine as it is on another machine: in a network namespace of its own, reached over TCP, with nothing of this
# machine's but its kernel. Runs a command with DOCKER_HOST set to it, and takes everything away again.
#
#   .ci/remote-engine.sh [--tls] IMAGE COMMAND...
#
# REMOTE_ENGINE is the engine's URL, and REMOTE_ENGINE_SILENT one at which nobody ever answers.
set -euo pipefail

tls=''
if [ "${1:-}" = --tls ]; then
	tls=yes
	shift
fi
image="$1"
shift

name="tddr$$"
number=$(($$ % 250 + 1))
here="10.203.$number.1"
there="10.203.$number.2"
silent="10.203.$number.3"
folder="$(mktemp -d /var/tmp/tdd-remote-engine.XXXXXX)"
daemon=''

finish() {
	status=$?
	set +e
	if [ -n "$daemon" ]; then
		kill "$daemon" 2>/dev/null
		wait "$daemon" 2>/dev/null
	fi
	ip netns delete "$name" 2>/dev/null
	ip link delete "$name" 2>/dev/null
	rm -rf "$folder"
	exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

ip netns add "$name"
ip link add "$name" type veth peer name eth0 netns "$name"
ip addr add "$here/29" dev "$name"
ip link set "$name" up
# Nobody has this hardware address: packets are sent, and that is the last that is heard of them.
ip neigh add "$silent" lladdr 02:00:00:00:00:01 dev "$name" nud permanent
ip -n "$name" addr add "$there/29" dev eth0
ip -n "$name" link set eth0 up
ip -n "$name" link set lo up

port=2375
secured=()
if [ -n "$tls" ]; then
	port=2376
	certificates="$folder/certificates"
	mkdir "$certificates"
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=remote engine' -keyout "$certificates/ca-key.pem" -out "$certificates/ca.pem" 2>/dev/null
	for side in server client; do
		prefix="$([ "$side" = client ] || printf 'server-')"
		openssl req -newkey rsa:2048 -nodes -subj "/CN=$side" -keyout "$certificates/${prefix}key.pem" -out "$certificates/$side.csr" 2>/dev/null
		openssl x509 -req -days 2 -in "$certificates/$side.csr" -CA "$certificates/ca.pem" -CAkey "$certificates/ca-key.pem" -CAcreateserial \
			-extfile <(printf 'subjectAltName=IP:%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$there") -out "$certificates/${prefix}cert.pem" 2>/dev/null
	done
	secured=(--tlsverify --tlscacert "$certificates/ca.pem" --tlscert "$certificates/server-cert.pem" --tlskey "$certificates/server-key.pem")
	export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH="$certificates"
fi

export DOCKER_HOST="tcp://$there:$port"
# Mounts of its own go with its last process. `ip netns exec` would hide the control groups from it.
env -u DOCKER_HOST -u DOCKER_TLS_VERIFY nsenter --net="/run/netns/$name" unshare --mount --propagation slave -- dockerd \
	--data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/pid" --host "$DOCKER_HOST" "${secured[@]}" --iptables=false --ip-masq=false >"$folder/log" 2>&1 &
daemon=$!
for _ in $(seq 1 100); do
	docker version >/dev/null 2>&1 && break
	kill -0 "$daemon" 2>/dev/null || { tail -n 15 "$folder/log"; exit 1; }
	sleep 0.2
done

env -u DOCKER_HOST -u DOCKER_TLS_VERIFY docker save "$image" | docker load --quiet

export REMOTE_ENGINE="$DOCKER_HOST" REMOTE_ENGINE_SILENT="tcp://$silent:$port"
"$@"
