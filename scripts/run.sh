#!/usr/bin/env bash
# Builds EdgeDb and serves the household on http://localhost:8080 (SQLite, no upstream).
#
# usage: ./scripts/run.sh [--feed URL|FILE]... [--data DIR] [--port N] [further options of 'edgedb serve']
#   --feed   a calendar to show: https, http or webcal address, or an .ics file; may be repeated
#   --data   folder of the database, default ./data
#   --port   TCP port, default 8080
# Without --feed an empty household is filled with a sample, marked as such and removable in one click.
set -euo pipefail
cd "$(dirname "$0")/.."
callers_folder=${OLDPWD:-$PWD}

fail() { echo "run.sh: $*" >&2; exit 1; }

if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep -q '^10\.'; then
  fail "the .NET 10 SDK is missing: install it (Debian and Ubuntu: package dotnet-sdk-10.0 of Microsoft's or the distribution's feed)"
fi
if ! command -v npm >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Node.js"
    apt-get update -qq && apt-get install -y -qq nodejs npm
  else
    fail "npm (Node.js 20.19 or later) is missing: it builds the browser UI"
  fi
fi

arguments=()
feeds=0
data=data
while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    --data) data=${2:?--data needs a folder}; shift 2 ;;
    --feed)
      feed=${2:?--feed needs an address or a file}
      feeds=$((feeds + 1))
      # A file is named from where the command was given.
      case "$feed" in
        *://*) ;;
        /*) ;;
        *) feed=$callers_folder/$feed ;;
      esac
      arguments+=(--feed "$feed"); shift 2 ;;
    *) arguments+=("$1"); shift ;;
  esac
done
case "$data" in /*) ;; *) data=$callers_folder/$data ;; esac
[ "$feeds" -gt 0 ] || arguments+=(--sample)

./scripts/build-web.sh
echo "Building the service"
log=$(mktemp)
if ! dotnet build src/EdgeDb -c Release -v quiet -nologo >"$log" 2>&1; then
  cat "$log" >&2
  rm -f "$log"
  exit 1
fi
rm -f "$log"
exec dotnet artifacts/net10.0/bin/EdgeDb/release/edgedb.dll serve --data "$data" "${arguments[@]}"
