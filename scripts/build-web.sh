#!/usr/bin/env bash
# Builds the browser UI into src/EdgeDb/wwwroot, unless it is newer than its sources.
#
# usage: ./scripts/build-web.sh
set -euo pipefail
cd "$(dirname "$0")/../src/EdgeDb.Web"

index=../EdgeDb/wwwroot/index.html
if [ -f "$index" ] && [ -z "$(find . -path ./node_modules -prune -o -type f -newer "$index" -print -quit)" ]; then
  echo "Browser UI is up to date"
  exit 0
fi
if ! command -v npm >/dev/null; then
  echo "build-web.sh: npm (Node.js 20.19 or later) is needed to build the browser UI" >&2
  exit 1
fi
echo "Installing the browser UI's packages"
npm ci --no-audit --no-fund --loglevel=error
echo "Building the browser UI"
npm run build --silent
