#!/usr/bin/env bash
# Runs one benchmark against its baseline and prints ratios and medians of this run.
#
# usage: scripts/bench.sh NAME [arguments]
#   calendar   read and expand calendars
#   storage    durable writes and point reads   [--seconds N] [--rounds N] [--dir FOLDER]
#              (counts syncs with strace when it is installed; FOLDER is on the device to measure)
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

case "${1:-}" in
  calendar | storage) ;;
  *)
    sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac

echo "building the benchmarks"
dotnet build tests/EdgeDb.Benchmarks -c Release -v quiet --nologo
exec dotnet "artifacts/${EDGEDB_FRAMEWORK:-net10.0}/bin/EdgeDb.Benchmarks/release/EdgeDb.Benchmarks.dll" "$@"
