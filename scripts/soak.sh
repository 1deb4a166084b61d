#!/usr/bin/env bash
# Long runs that are too long for every change.
#
# usage: ./scripts/soak.sh connections [MINUTES [SEED]] | kill [ROUNDS] | pages [cpu | presses | answers:SEED]
#   connections   PostgreSQL, Redis and SQLite under load through the connection manager while the network and the servers fail in turn (default
#                 30 minutes, seed 1); judges every answer and deadline, and looks for what is left at the end
#   kill          kills the native service at random moments while 8 clients write (default 200 rounds), checks the database each
#                 time and looks for every acknowledged write
#   pages         the browser tests, on pages whose answers and parts come late and out of their order (default answers:1), with a
#                 processor four times as slow, or with work to do after each press
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  connections)
    ./scripts/upstreams.sh install
    dotnet build tests/EdgeDb.Benchmarks -c Release -v quiet -nologo
    dotnet "artifacts/${EDGEDB_FRAMEWORK:-net10.0}/bin/EdgeDb.Benchmarks/release/EdgeDb.Benchmarks.dll" soak-connections --minutes "${2:-30}" --seed "${3:-1}"
    ;;
  kill)
    export EDGEDB_KILL_ROUNDS=${2:-200}
    export EDGEDB_BINARY=${EDGEDB_BINARY:-artifacts/publish/linux-x64/edgedb}
    [ -x "$EDGEDB_BINARY" ] || ./publish.sh --runtime linux-x64 --framework net9.0
    EDGEDB_BINARY=$(realpath "$EDGEDB_BINARY")
    dotnet build tests/EdgeDb.IntegrationTests -c Release -v quiet -nologo
    dotnet artifacts/net10.0/bin/EdgeDb.IntegrationTests/release/EdgeDb.IntegrationTests.dll -noLogo -class "*PowerCutTests" -showLiveOutput
    ;;
  pages)
    ./scripts/build-web.sh
    dotnet build tests/EdgeDb.BrowserTests -c Release -v quiet -nologo
    # One test is about what a browser keeps, and asked through the test it keeps nothing.
    EDGEDB_BROWSER_HARDSHIP=${2:-answers:1} dotnet artifacts/net10.0/bin/EdgeDb.BrowserTests/release/EdgeDb.BrowserTests.dll -noLogo -class- "*.KeptAnswersTests"
    ;;
  *)
    sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
