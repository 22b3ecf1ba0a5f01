#!/usr/bin/env bash
# What issuing a card in one step gives against its single commands: XG (number, token, CVV, CVV2 and iCVV for a zone, PIN, its
# reference and its block) in turns with XC, XE and WK, which give the same one after the other. docs/performance.md says what came out.
#
#   benches/issue.sh [ROUNDS] [SECONDS]        rounds of the four in turn, seconds of each
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}
seconds=${2:-3}
port=${PORT:-26700}

cargo build --release --quiet -p payhsm -p payhsm-load
bin=$PWD/target/release

folder=$(mktemp -d "${TMPDIR:-$PWD/target}/issue-bench.XXXXXX")
daemon=
cleanup() {
    if [ -n "$daemon" ]; then kill "$daemon" 2>/dev/null || true; fi
    wait
    rm -rf "$folder"
}
trap cleanup EXIT

"$bin/payhsmd" quickstart --dir "$folder/q" --port-base "$port" >"$folder/log" 2>&1 &
daemon=$!
until grep -q 'rows hold' "$folder/log"; do kill -0 "$daemon"; sleep 0.2; done

drive() {
    "$bin/payhsm-load" --quickstart "$folder/q" --command "$1" --connections 16 --depth 16 --seconds "$seconds" --json |
        sed -E 's/.*"per_second":([0-9.]+).*"errors":([0-9]+).*/\1 \2/' | awk '$2 > 0 { exit 1 } { print $1 }'
}

echo "a second: XG; XC, XE, WK; the three one after the other; XG of that"
for _ in $(seq "$rounds"); do
    xg=$(drive XG) xc=$(drive XC) xe=$(drive XE) wk=$(drive WK)
    awk -v g="$xg" -v c="$xc" -v e="$xe" -v k="$wk" \
        'BEGIN { s = 1 / (1 / c + 1 / e + 1 / k); printf "%d; %d, %d, %d; %d; %.2f\n", g, c, e, k, s, g / s }'
done
