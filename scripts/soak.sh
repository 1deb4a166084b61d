#!/usr/bin/env bash
# Long runs that are too long for every change.
#
# usage: ./scripts/soak.sh connections [MINUTES [SEED]] | kill [ROUNDS] | pages [cpu | presses | answers:SEED] | day [TIME]
#   connections   PostgreSQL, Redis and SQLite under load through the connection manager while the network and the servers fail in turn (default
#                 30 minutes, seed 1); judges every answer and deadline, and looks for what is left at the end
#   kill          kills the native service at random moments while 8 clients write (default 200 rounds), checks the database each
#                 time and looks for every acknowledged write
#   pages         the browser tests, on pages whose answers and parts come late and out of their order (default answers:1), with a
#                 processor four times as slow, or with work to do after each press
#   day           the integration and browser tests as they will go at another time (default '2028-02-28 23:50', in UTC), without those that set
#                 clocks or start servers themselves
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
  day)
    # Without it all would pass, today.
    command -v faketime >/dev/null || { echo "soak.sh: day needs faketime, which './scripts/test.sh --only shell' installs" >&2; exit 1; }
    ./scripts/upstreams.sh install
    ./scripts/build-web.sh
    dotnet build EdgeDb.sln -c Release -v quiet -nologo
    servers=$(mktemp -d)
    trap './scripts/upstreams.sh stop "$servers"; rm -rf "$servers"' EXIT
    ./scripts/upstreams.sh start "$servers"
    clock=$(printf '%+d' $(($(date -u -d "${2:-2028-02-28 23:50}" +%s) - $(date +%s))))
    # As SteeredClock has it, for the tests, the services and the browser.
    at_that_time() {
      LD_PRELOAD=$(echo /usr/lib/*/faketime/libfaketime.so.1) FAKETIME=$clock FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1 FAKETIME_FORCE_MONOTONIC_FIX=0 EDGEDB_UPSTREAMS=$servers \
        dotnet "artifacts/net10.0/bin/EdgeDb.$1/release/EdgeDb.$1.dll" -noLogo "${@:2}"
    }
    failed=0
    at_that_time IntegrationTests -class- "*.ClockTests" -class- "*.ErasureTests" -class- "*.LostServerTests" -class- "*.UpstreamTests" || failed=1
    at_that_time BrowserTests || failed=1
    exit $failed
    ;;
  *)
    sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
