#!/usr/bin/env bash
# Real upstream servers for tests: PostgreSQL 15 (a primary and its streaming replica), pgbouncer and Redis 7, all with TLS, on free
# loopback ports in a folder of their own. Several sets run side by side. Needs Linux with Debian's packages.
#
# usage: scripts/upstreams.sh COMMAND [DIR]
#   install               Debian packages that are missing (as root; else says which); their services are not started
#   missing               names what is missing, one line each; succeeds when nothing is
#   start DIR [PID]       starts a set, waits until it answers and writes DIR/upstreams.env (KEY=value); about 2 s.
#                         With PID a guard stays behind
#   stop DIR              stops what runs and removes DIR; guard DIR PID does so when that process has ended
#   kill-primary DIR      SIGKILL for the primary and every process of it; kill-replica DIR likewise
#   start-primary DIR     starts it again, also after a promotion (then there are two that accept writes); start-replica DIR likewise
#   promote-replica DIR   makes the replica accept writes
#   stop-redis DIR        SIGKILL; its data was only in memory
#   start-redis DIR       starts it again, empty
#   restart-redis DIR     both
#
# As root everything runs as the user postgres, because initdb and pgbouncer refuse root; then DIR belongs to that user, and it must be
# able to reach it. The servers hold no secret and give no durability: fsync is off, Redis keeps nothing.
set -euo pipefail

readonly packages=(postgresql-15 redis-server pgbouncer prometheus openssl procps)
readonly patience_seconds=20

fail() {
  echo "upstreams.sh: $*" >&2
  exit 1
}

postgres_bin() {
  local bin
  for bin in /usr/lib/postgresql/15/bin $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
    [[ -x $bin/initdb ]] && echo "$bin" && return
  done
  return 1
}

# One line a missing tool.
missing() {
  local status=0 tool
  postgres_bin > /dev/null || { echo "PostgreSQL (postgresql-15)"; status=1; }
  for tool in redis-server pgbouncer promtool openssl pgrep psql redis-cli setpriv flock; do
    command -v "$tool" > /dev/null || { echo "$tool"; status=1; }
  done
  return "$status"
}

install_packages() {
  missing > /dev/null && return
  if [[ $EUID -ne 0 ]] || ! command -v apt-get > /dev/null; then
    echo "upstreams.sh: missing: $(missing | paste -sd,); install ${packages[*]} (Debian 12)" >&2
    return 1
  fi
  echo "Installing ${packages[*]}"
  # Debian starts the service of a package when it is installed; 101 forbids that.
  if [[ ! -e /usr/sbin/policy-rc.d ]]; then
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" > /dev/null
  missing
}

# as_server COMMAND...: initdb, postgres and pgbouncer refuse to run as root.
as_server() {
  if [[ $EUID -eq 0 ]]; then
    env HOME="$dir" setpriv --reuid=postgres --regid=postgres --init-groups "$@"
  else
    env HOME="$dir" "$@"
  fi
}

# until_true SECONDS COMMAND...: asks every 20 ms.
until_true() {
  local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
  shift
  until "$@" > /dev/null 2>&1; do
    ((${EPOCHREALTIME/./} < end)) || return 1
    sleep 0.02
  done
}

# A killed process without a parent that waits for it stays as a zombie, as in a container whose first process is no init.
is_gone() {
  local state
  state=$(ps -o state= -p "$1" || true)
  [[ -z $state || $state == Z* ]]
}

# kill_all NAME PID...: SIGKILL, and waits for the end of all.
kill_all() {
  local name=$1 pid
  shift
  kill -KILL "$@" 2> /dev/null || true
  for pid in "$@"; do
    until_true "$patience_seconds" is_gone "$pid" || fail "$name does not end (process $pid)"
  done
}

# pid_in FILE: the process a pid file names, when it is one of ours that runs.
pid_in() {
  local pid
  [[ -s $1 ]] && read -r pid < "$1" && ! is_gone "$pid" && [[ $(tr '\0' ' ' < "/proc/$pid/cmdline") == *"$dir/"* ]] && echo "$pid"
}

is_free() { ! (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

# Sets port_base to the first of ten ports nobody listens on, below those that the system gives to outgoing connections. The lock on
# descriptor 9 is inherited by pgbouncer, which no command here stops alone: the block stays ours through all kills and restarts.
reserve_ports() {
  local locks=${TMPDIR:-/tmp}/edgedb-upstreams-ports.$EUID attempt offset
  mkdir -p "$locks"
  for ((attempt = 0; attempt < 200; attempt++)); do
    port_base=$((20000 + RANDOM % 1200 * 10))
    exec 9> "$locks/$port_base"
    flock -n 9 || continue
    for offset in 0 1 2 3 4; do
      is_free $((port_base + offset)) || continue 2
    done
    return
  done
  fail "found no ten free ports between 20000 and 32000"
}

# A CA of this set's own and one server certificate for localhost and 127.0.0.1.
make_certificates() {
  cat > "$dir/tls.cnf" << CONF
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1
CONF
  local ec=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
  openssl req -x509 "${ec[@]}" -days 7 -subj "/CN=EdgeDb test CA $$" -config "$dir/tls.cnf" -extensions ca \
    -keyout "$dir/ca.key" -out "$dir/ca.crt"
  openssl req "${ec[@]}" -subj /CN=localhost -config "$dir/tls.cnf" -keyout "$dir/server.key" -out "$dir/server.csr"
  openssl x509 -req -in "$dir/server.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -CAcreateserial -days 7 \
    -extfile "$dir/tls.cnf" -extensions server -out "$dir/server.crt"
}

# Keys of upstreams.env, which tests/Shared/Upstreams.cs reads.
write_settings() {
  cat > "$dir/upstreams.env" << ENV
HOST=127.0.0.1
CA_FILE=$dir/ca.crt
POSTGRES_PRIMARY_PORT=$port_base
POSTGRES_REPLICA_PORT=$((port_base + 1))
PGBOUNCER_PORT=$((port_base + 2))
REDIS_PORT=$((port_base + 3))
REDIS_TLS_PORT=$((port_base + 4))
POSTGRES_DATABASE=edgedb
POSTGRES_USER=edgedb
POSTGRES_PASSWORD=$(openssl rand -hex 12)
POSTGRES_ADMIN_USER=postgres
POSTGRES_ADMIN_PASSWORD=$(openssl rand -hex 12)
REDIS_PASSWORD=$(openssl rand -hex 12)
REDIS_RESTRICTED_USER=restricted
REDIS_RESTRICTED_PASSWORD=$(openssl rand -hex 12)
REDIS_RESTRICTED_PREFIX=open:
PRIMARY_PID_FILE=$dir/primary/postmaster.pid
REPLICA_PID_FILE=$dir/replica/postmaster.pid
PGBOUNCER_PID_FILE=$dir/pgbouncer.pid
REDIS_PID_FILE=$dir/redis.pid
ENV
}

read_settings() {
  [[ -f $dir/upstreams.env ]] || fail "there is no set in $dir (no upstreams.env)"
  # shellcheck source=/dev/null
  source "$dir/upstreams.env"
  export PGSSLMODE=verify-full PGSSLROOTCERT=$CA_FILE PGCONNECT_TIMEOUT=5 PGOPTIONS='' PGPASSFILE=/dev/null PGSSLCERTMODE=disable
}

# query USER PASSWORD PORT DATABASE SQL
query() {
  PGPASSWORD=$2 psql -XqAt -v ON_ERROR_STOP=1 "host=$HOST port=$3 user=$1 dbname=$4" -c "$5"
}

make_primary() {
  install -m 600 /dev/null "$dir/password"
  echo "$POSTGRES_ADMIN_PASSWORD" > "$dir/password"
  [[ $EUID -ne 0 ]] || chown postgres "$dir/password"
  as_server "$bin/initdb" -D "$dir/primary" -U "$POSTGRES_ADMIN_USER" --pwfile="$dir/password" \
    -A scram-sha-256 -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions > "$dir/initdb.log" 2>&1
  cat >> "$dir/primary/postgresql.conf" << CONF
listen_addresses = '$HOST'
# The path of a socket is limited to 107 bytes, which a test's folder may well exceed.
unix_socket_directories = ''
max_connections = 100
shared_buffers = 32MB
max_wal_size = 128MB
wal_level = logical
max_wal_senders = 5
max_replication_slots = 5
wal_receiver_status_interval = 1s
wal_retrieve_retry_interval = 100ms
fsync = off
ssl = on
ssl_cert_file = '$dir/server.crt'
ssl_key_file = '$dir/server.key'
CONF
  cat > "$dir/primary/pg_hba.conf" << CONF
hostssl all all $HOST/32 scram-sha-256
hostssl replication $POSTGRES_ADMIN_USER $HOST/32 scram-sha-256
CONF
}

# start_postgres NAME PORT
start_postgres() {
  [[ -n $(pid_in "$dir/$1/postmaster.pid") ]] && return
  # Left behind by a kill; its process id may belong to anybody by now.
  rm -f "$dir/$1/postmaster.pid"
  as_server "$bin/pg_ctl" -D "$dir/$1" -l "$dir/$1.log" -t "$patience_seconds" -o "-p $2" -s -w start
}

kill_postgres() {
  local pid
  pid=$(pid_in "$dir/$1/postmaster.pid") || fail "the $1 does not run"
  # Its children would end by themselves, but some tenths of a second later, and until then the next start is refused.
  mapfile -t children < <(pgrep -P "$pid")
  kill_all "the $1" "$pid" "${children[@]}"
}

make_replica() {
  PGPASSWORD=$POSTGRES_ADMIN_PASSWORD as_server "$bin/pg_basebackup" -D "$dir/replica" \
    -d "host=$HOST port=$POSTGRES_PRIMARY_PORT user=$POSTGRES_ADMIN_USER application_name=replica" \
    -R -X stream -C -S replica -c fast --no-sync
}

replica_streams() {
  [[ $(query "$POSTGRES_ADMIN_USER" "$POSTGRES_ADMIN_PASSWORD" "$POSTGRES_PRIMARY_PORT" postgres \
    "select count(*) from pg_stat_replication where state = 'streaming'") == 1 ]]
}

# Debian 12 has 1.18, which cannot carry prepared statements through transaction mode (1.21 can): what the tests want to see handled.
start_pgbouncer() {
  cat > "$dir/pgbouncer.ini" << CONF
[databases]
* = host=$HOST port=$POSTGRES_PRIMARY_PORT
[pgbouncer]
listen_addr = $HOST
listen_port = $PGBOUNCER_PORT
unix_socket_dir =
pool_mode = transaction
default_pool_size = 5
max_client_conn = 200
auth_type = scram-sha-256
auth_file = $dir/users.txt
admin_users = $POSTGRES_ADMIN_USER
client_tls_sslmode = require
client_tls_cert_file = $dir/server.crt
client_tls_key_file = $dir/server.key
server_tls_sslmode = verify-full
server_tls_ca_file = $CA_FILE
server_login_retry = 1
pidfile = $dir/pgbouncer.pid
logfile = $dir/pgbouncer.log
CONF
  # Plain text: with a SCRAM verifier alone pgbouncer could not log in at the server.
  printf '"%s" "%s"\n' "$POSTGRES_USER" "$POSTGRES_PASSWORD" "$POSTGRES_ADMIN_USER" "$POSTGRES_ADMIN_PASSWORD" > "$dir/users.txt"
  as_server pgbouncer -q -d "$dir/pgbouncer.ini" 2> "$dir/pgbouncer.err"
}

pgbouncer_answers() {
  query "$POSTGRES_USER" "$POSTGRES_PASSWORD" "$PGBOUNCER_PORT" "$POSTGRES_DATABASE" "select 1"
}

start_redis() {
  [[ -n $(pid_in "$dir/redis.pid") ]] && return
  cat > "$dir/redis.conf" << CONF
bind $HOST
port $REDIS_PORT
tls-port $REDIS_TLS_PORT
tls-cert-file $dir/server.crt
tls-key-file $dir/server.key
tls-ca-cert-file $CA_FILE
tls-auth-clients no
dir $dir
daemonize yes
pidfile $dir/redis.pid
logfile $dir/redis.log
save ""
# Else its command line no longer tells whose it is.
set-proc-title no
enable-debug-command local
user default on >$REDIS_PASSWORD ~* &* +@all
user $REDIS_RESTRICTED_USER on >$REDIS_RESTRICTED_PASSWORD ~$REDIS_RESTRICTED_PREFIX* resetchannels -@all +@connection +@read +set
CONF
  as_server redis-server "$dir/redis.conf" > "$dir/redis.err" 2>&1
  until_true "$patience_seconds" redis_answers || fail "Redis does not answer; see $dir/redis.log"
}

redis_answers() {
  [[ $(REDISCLI_AUTH=$REDIS_PASSWORD redis-cli -h "$HOST" -p "$REDIS_TLS_PORT" --tls --cacert "$CA_FILE" ping) == PONG ]]
}

stop_redis() {
  local pid
  pid=$(pid_in "$dir/redis.pid") || fail "Redis does not run"
  kill_all Redis "$pid"
}

start_set() {
  missing >&2 || fail "the lines above name what is missing; '$0 install' installs it"
  mkdir -p "$dir"
  [[ -z $(ls -A "$dir") ]] || fail "$dir is not empty"
  chmod 700 "$dir"
  install -m 600 /dev/null "$dir/upstreams.env"
  reserve_ports
  trap 'show_logs' EXIT
  make_certificates 2> "$dir/openssl.log"
  write_settings
  read_settings
  if [[ $EUID -eq 0 ]]; then
    chown -R postgres:postgres "$dir"
    as_server test -x "$dir" || fail "the user postgres cannot reach $dir; choose a folder whose parents it may enter"
  fi
  start_redis
  make_primary
  start_postgres primary "$POSTGRES_PRIMARY_PORT"
  query "$POSTGRES_ADMIN_USER" "$POSTGRES_ADMIN_PASSWORD" "$POSTGRES_PRIMARY_PORT" postgres \
    "create role $POSTGRES_USER login password '$POSTGRES_PASSWORD'"
  query "$POSTGRES_ADMIN_USER" "$POSTGRES_ADMIN_PASSWORD" "$POSTGRES_PRIMARY_PORT" postgres \
    "create database $POSTGRES_DATABASE owner $POSTGRES_USER strategy = wal_log"
  start_pgbouncer
  make_replica
  start_postgres replica "$POSTGRES_REPLICA_PORT"
  until_true "$patience_seconds" replica_streams || fail "the replica does not stream"
  until_true "$patience_seconds" pgbouncer_answers || fail "pgbouncer does not answer"
  trap - EXIT
  if [[ -n $owner ]]; then
    # In a session of its own, or an interrupt of the owner's terminal would end the guard too.
    setsid "$(realpath "$0")" guard "$dir" "$owner" < /dev/null > /dev/null 2>&1 9>&- &
  fi
  echo "Started PostgreSQL on ports $POSTGRES_PRIMARY_PORT and $POSTGRES_REPLICA_PORT, pgbouncer on $PGBOUNCER_PORT," \
    "Redis on $REDIS_PORT and $REDIS_TLS_PORT; settings in $dir/upstreams.env"
}

# What a start that failed leaves behind is stopped, and what the servers said about it is shown.
show_logs() {
  tail -n 20 "$dir"/*.log "$dir"/*.err >&2 || true
  stop_set
}

stop_set() {
  local file pid
  [[ -f $dir/upstreams.env ]] || fail "there is no set in $dir (no upstreams.env), so nothing of it is removed"
  for file in pgbouncer.pid redis.pid replica/postmaster.pid primary/postmaster.pid; do
    pid=$(pid_in "$dir/$file") || continue
    mapfile -t children < <(pgrep -P "$pid")
    kill_all "the process of $file" "$pid" "${children[@]}"
  done
  rm -rf "$dir"
}

command=${1:-}
case $command in
  install) install_packages; exit ;;
  missing) missing; exit ;;
  -h | --help | '') sed -n '2,21s/^# \{0,1\}//p' "$0"; exit ;;
esac

[[ $# -ge 2 && -n $2 ]] || fail "usage: upstreams.sh $command DIR"
dir=$(realpath -m "$2")
owner=${3:-}
[[ $dir != *[[:space:]\'\"]* ]] || fail "the name of the folder must hold no space and no quote: $dir"
bin=$(postgres_bin) || fail "PostgreSQL is missing; '$0 install' installs it"
case $command in
  start) start_set; exit ;;
  stop) stop_set; exit ;;
  guard) tail --pid="${owner:?guard needs a process id}" -f /dev/null; stop_set; exit ;;
esac

read_settings
case $command in
  kill-primary) kill_postgres primary ;;
  kill-replica) kill_postgres replica ;;
  start-primary) start_postgres primary "$POSTGRES_PRIMARY_PORT" ;;
  start-replica) start_postgres replica "$POSTGRES_REPLICA_PORT" ;;
  promote-replica) as_server "$bin/pg_ctl" -D "$dir/replica" -t "$patience_seconds" -s -w promote ;;
  stop-redis) stop_redis ;;
  start-redis) start_redis ;;
  restart-redis) stop_redis; start_redis ;;
  *) fail "there is no command $command" ;;
esac
