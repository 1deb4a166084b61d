#!/usr/bin/env bash
# Writes every view and dialog at every size (phone, tablet, laptop, wall), in the light and the dark scheme, in English and German, to
# artifacts/screenshots, to be looked at.
#
# usage: ./scripts/screenshots.sh
set -euo pipefail
cd "$(dirname "$0")/.."

./scripts/build-web.sh
echo "Building the browser tests"
dotnet build tests/EdgeDb.BrowserTests -c Release -v quiet -nologo
rm -rf artifacts/screenshots
echo "Taking the screenshots"
dotnet artifacts/net10.0/bin/EdgeDb.BrowserTests/release/EdgeDb.BrowserTests.dll -noLogo -noColor -class "*ScreenshotTests"
echo "$(find artifacts/screenshots -name '*.png' | wc -l) screenshots are in artifacts/screenshots"
