#!/usr/bin/env bash
# Runs one benchmark against its baseline and prints ratios and medians of this run.
#
# usage: scripts/bench.sh NAME [arguments]
#   cache      hit ratios of replacement policies on key traces   TRACE.txt.gz CAPACITY | --all [FOLDER]
#   calendar   read and expand calendars, against libical   [--edgedb PROGRAM] [--rounds N] [--dir FOLDER]
#              (publishes the native binary unless PROGRAM is given; installs libical-dev, gcc and time from Debian where missing)
#   forecast   the load forecast against the last value   FILE.csv | --table [FOLDER...] | --floor [FOLDER...] | --costs
#   pipeline   kept answers against bare Kestrel and MemoryCache, batching, a household with and without it, what signing in costs a request   [access batch hit household http]
#   pool       the connection manager against other pools, on real servers   [PART...]
#              (installs PostgreSQL, Redis and pgbouncer from Debian where missing and starts them for the run)
#   service    the native executable: start, memory, latency of a month over 50,000 events
#              (publishes it unless EDGEDB_BINARY names one)
#   settings   what a request pays for feature flags and settings that may change
#   sign-in    who a request comes from; verifying a password, on this core and on a tenth of one (the latter as root, with cgroup v1)
#   storage    durable writes and point reads   [--seconds N] [--rounds N] [--dir FOLDER]
#              (counts syncs with strace when it is installed; FOLDER is on the device to measure)
#   web        a slow phone's first paint and next paints over a month of 300 events, and how soon another browser shows an edit   [--runs N] [--latency MS]
#              (with Debian's Chromium; exits with 1 above a limit)
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

bench() {
  echo "building the benchmarks"
  dotnet build tests/EdgeDb.Benchmarks -c Release -v quiet --nologo
  dotnet "artifacts/${EDGEDB_FRAMEWORK:-net10.0}/bin/EdgeDb.Benchmarks/release/EdgeDb.Benchmarks.dll" "$@"
}

# Installs the Debian packages of the commands and headers that are missing.
require_packages() {
  local missing=()
  command -v cc > /dev/null || missing+=(gcc libc6-dev)
  [[ -e /usr/include/libical/ical.h ]] || missing+=(libical-dev)
  [[ -x /usr/bin/time ]] || missing+=(time)
  [[ ${#missing[@]} -gt 0 ]] || return 0
  echo "installing ${missing[*]}"
  if [[ $EUID -ne 0 ]]; then
    sudo apt-get install -y -qq "${missing[@]}" > /dev/null
  else
    apt-get install -y -qq "${missing[@]}" > /dev/null
  fi
}

bench_calendar() {
  require_packages
  local baseline=artifacts/bench/libical_expand
  mkdir -p artifacts/bench
  echo "compiling the baseline with libical"
  cc -O2 -Wall -Wextra -o "$baseline" tests/EdgeDb.Benchmarks/Calendar/libical_expand.c -lical
  if [[ " $* " != *" --edgedb "* ]]; then
    ./publish.sh --runtime linux-x64 --framework net9.0
    set -- --edgedb artifacts/publish/linux-x64/edgedb "$@"
  fi
  bench calendar --libical "$baseline" "$@"
}

bench_service() {
  if [[ -z "${EDGEDB_BINARY:-}" ]]; then
    ./publish.sh --runtime linux-x64 --framework net9.0
    export EDGEDB_BINARY=$PWD/artifacts/publish/linux-x64/edgedb
  fi
  bench service "$@"
}

name="${1:-}"
case "$name" in
  calendar)
    shift
    bench_calendar "$@"
    ;;
  service)
    shift
    bench_service "$@"
    ;;
  cache | forecast | settings | sign-in | storage)
    bench "$@"
    ;;
  web)
    ./scripts/build-web.sh
    dotnet build src/EdgeDb -c Release -v quiet --nologo
    bench "$@"
    ;;
  pipeline)
    dotnet build src/EdgeDb -c Release -v quiet --nologo
    bench "$@"
    ;;
  pool)
    ./scripts/upstreams.sh install
    bench "$@"
    ;;
  *)
    sed -n '2,20s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
