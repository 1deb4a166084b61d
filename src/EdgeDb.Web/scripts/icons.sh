#!/usr/bin/env bash
# Draws the icons of the installed page as PNG, for systems that take no SVG, with the Chromium that the tests use.
# Run it after a change of public/favicon.svg or public/icons/maskable.svg, and commit what it has made.
#
# usage: ./scripts/icons.sh
set -euo pipefail
cd "$(dirname "$0")/../public"
chromium=${EDGEDB_CHROMIUM:-/usr/bin/chromium-headless-shell}

draw() { # SVG PNG PIXELS
  local page
  page=$(mktemp --suffix=.html)
  printf '<body style="margin:0"><img src="data:image/svg+xml;base64,%s" style="display:block;width:%dpx;height:%dpx">' "$(base64 -w0 "$1")" "$3" "$3" >"$page"
  "$chromium" --no-sandbox --disable-gpu --hide-scrollbars --default-background-color=00000000 --force-device-scale-factor=1 \
    --window-size="$3,$3" --screenshot="$PWD/$2" "file://$page" 2>/dev/null
  rm "$page"
  echo "Drew $2"
}

draw favicon.svg icons/icon-192.png 192
draw favicon.svg icons/icon-512.png 512
draw icons/maskable.svg icons/maskable-512.png 512
draw icons/maskable.svg icons/apple-touch-icon.png 180
