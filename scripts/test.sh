#!/usr/bin/env bash
# Installs what the tests need (apt, npm) and runs all of them. The last line is 'N passed, N failed'.
#
# usage: ./scripts/test.sh [--only NAME]
#   --only   one of: web, shell, soak, Core.Tests, Conformance, IntegrationTests, BrowserTests
# EDGEDB_BINARY=FILE runs integration and browser tests against that executable instead of the build.
# EDGEDB_DATASETS=DIR names the public test data, default ../shared/datasets.
# Real PostgreSQL, pgbouncer and Redis are started by scripts/upstreams.sh for the tests, and stopped at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

only=
case "${1:-}" in
  '') ;;
  --only) only=${2:?--only needs a name} ;;
  -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) echo "test.sh: there is no option $1" >&2; exit 2 ;;
esac

passed=0
failed=0
logs=$(mktemp -d)
upstreams=
trap 'rm -rf "$logs"; [ -z "$upstreams" ] || ./scripts/upstreams.sh stop "$upstreams"' EXIT

wanted() { [ -z "$only" ] || [ "$only" = "$1" ]; }

# step NAME COMMAND...: one check that passes or fails as a whole.
step() {
  local name=$1
  shift
  echo "== $name"
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $name"; fi
}

# dotnet_tests PROJECT: runs its test executable and adds up what it counts; a run that counts nothing is a failure. One that goes on for 50 minutes is
# stopped; --foreground lets Ctrl-C reach it as well.
dotnet_tests() {
  local project=$1 log="$logs/$1.log" line
  echo "== EdgeDb.$project"
  timeout --foreground --kill-after=30 3000 dotnet "artifacts/net10.0/bin/EdgeDb.$project/release/EdgeDb.$project.dll" -noLogo -noColor -reporter verbose >"$log" 2>&1 || true
  grep -vE "^ *(Discover|Start|Finish)|\[(STARTING|FINISHED)\]|^$" "$log" | tail -200 || true
  grep -F "[FAIL]" "$log" || true
  line=$(grep -E "Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+" "$log" | tail -1 || true)
  if [ -z "$line" ]; then
    failed=$((failed + 1))
    echo "FAILED: EdgeDb.$project did not come to its end; under way were:"
    comm -23 <(sed -nE 's/^ +(.*) \[STARTING\]$/\1/p' "$log" | sort) <(sed -nE 's/^ +(.*) \[FINISHED\].*/\1/p' "$log" | sort)
    return
  fi
  local total errors bad skipped
  total=$(sed -E 's/.*Total: ([0-9]+).*/\1/' <<<"$line")
  errors=$(sed -E 's/.*Errors: ([0-9]+).*/\1/' <<<"$line")
  bad=$(sed -E 's/.*Failed: ([0-9]+).*/\1/' <<<"$line")
  skipped=$(sed -E 's/.*Skipped: ([0-9]+).*/\1/' <<<"$line")
  passed=$((passed + total - bad - skipped))
  failed=$((failed + bad + errors))
  if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then
    echo "FAILED: EdgeDb.$project skipped $skipped tests, and in CI nothing may be missing"
    failed=$((failed + skipped))
  fi
}

install_packages() {
  local missing=()
  command -v chromium-headless-shell >/dev/null || missing+=(chromium-headless-shell)
  command -v shellcheck >/dev/null || missing+=(shellcheck)
  command -v strace >/dev/null || missing+=(strace)
  command -v nginx >/dev/null || missing+=(nginx-light)
  command -v certutil >/dev/null || missing+=(libnss3-tools)
  command -v openssl >/dev/null || missing+=(openssl)
  command -v faketime >/dev/null || missing+=(faketime)
  command -v ip >/dev/null || missing+=(iproute2)
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "test.sh: these are missing and tests that need them are skipped: ${missing[*]}" >&2
    return
  fi
  echo "Installing ${missing[*]}"
  apt-get update -qq
  # nginx is wanted as a program: with this runlevel its package starts no service.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
}

# One set of servers for all tests that do not kill any; the others start their own. Tests skip (in CI: fail) what is missing.
start_upstreams() {
  ./scripts/upstreams.sh install || return 0
  upstreams=$(mktemp -d)
  ./scripts/upstreams.sh start "$upstreams" || { failed=$((failed + 1)); echo "FAILED: the upstream servers do not start"; }
  export EDGEDB_UPSTREAMS=$upstreams
}

web_checks() { (cd src/EdgeDb.Web && npm run check --silent && npm test --silent); }

shell_checks() { shellcheck publish.sh scripts/*.sh .ci/run; }

# Twenty seconds of what scripts/soak.sh runs for half an hour.
soak_check() { dotnet artifacts/net10.0/bin/EdgeDb.Benchmarks/release/EdgeDb.Benchmarks.dll soak-connections --minutes 0.33 --seed 2; }

install_packages
./scripts/build-web.sh
[ -d src/EdgeDb.Web/node_modules ] || (cd src/EdgeDb.Web && npm ci --no-audit --no-fund --loglevel=error)

echo "Building the solution"
dotnet build EdgeDb.sln -c Release -v quiet -nologo

if wanted Core.Tests || wanted IntegrationTests; then start_upstreams; fi

wanted shell && step "shell scripts" shell_checks
wanted web && step "browser UI: types and unit tests" web_checks
for project in Core.Tests Conformance IntegrationTests BrowserTests; do
  wanted "$project" && dotnet_tests "$project"
done

wanted soak && step "connections under faults" soak_check

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
