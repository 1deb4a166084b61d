#!/usr/bin/env bash
# Publishes the service as one native executable (Native AOT, trimmed) with the browser UI beside it.
#
# usage: ./publish.sh [--runtime RID] [--framework TFM]
#   --runtime    linux-arm64 (default; Raspberry Pi with a 64-bit system), linux-x64, …
#   --framework  net10.0 (default) or net9.0
# For another processor than this machine's, .NET's cross-compilation packages (clang, a root file system) must be installed.
# Output: artifacts/publish/RID/edgedb, libe_sqlite3.so and wwwroot/.
# Exit code 3: a pack that only the package source can give is missing there; the last line names it.
set -euo pipefail
cd "$(dirname "$0")"

runtime=linux-arm64
framework=net10.0
while [ $# -gt 0 ]; do
  case "$1" in
    --runtime) runtime=${2:?--runtime needs a value, for example linux-arm64}; shift 2 ;;
    --framework) framework=${2:?--framework needs a value: net10.0 or net9.0}; shift 2 ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "publish.sh: there is no option $1" >&2; exit 2 ;;
  esac
done

output=artifacts/publish/$runtime
log=$(mktemp)
trap 'rm -f "$log"' EXIT

./scripts/build-web.sh

echo "Publishing $framework for $runtime to $output"
rm -rf "$output"
properties=(-c Release -r "$runtime" "-p:EdgeDbFramework=$framework" -p:PublishAot=true)
if ! dotnet publish src/EdgeDb "${properties[@]}" -o "$output" >"$log" 2>&1; then
  missing=$(sed -n 's/.*error NU110[0-3]: Unable to find package \([^ ]*\)\..*/\1/p' "$log" | sort -u | paste -sd, | sed 's/,/, /g')
  if [ -n "$missing" ]; then
    echo "publish.sh: $framework/$runtime cannot be published here: the package source has no $missing" >&2
    exit 3
  fi
  grep -E "error|warning" "$log" | sort -u >&2 || tail -20 "$log" >&2
  exit 1
fi
if grep -E "warning (IL|AOT)" "$log" >&2; then
  echo "publish.sh: Native AOT or trim warnings, see above" >&2
  exit 1
fi

# Symbols and documentation stay out of the appliance.
mkdir -p "artifacts/symbols/$runtime"
find "$output" -maxdepth 1 \( -name '*.dbg' -o -name '*.pdb' \) -exec mv -t "artifacts/symbols/$runtime" {} +
find "$output" -maxdepth 1 -name '*.xml' -delete
echo "Published $(du -h --apparent-size "$output/edgedb" | cut -f1) executable: $output/edgedb"
