#!/usr/bin/env bash
# What the audit log costs, as ratios: PIN translation with a durable log and without one, in turns; and the log on a disk
# against what that disk can do at best. docs/performance.md says what came out.
#
#   benches/audit.sh [ROUNDS] [SECONDS]        rounds of A B B A, seconds of each turn
#
# As root it also makes an ext4 with a journal in an image file, and takes it away again.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}
seconds=${2:-3}
port=${PORT:-26500}

cargo build --release --locked --quiet -p payhsm -p payhsm-load
cargo build --release --locked --quiet -p payhsm-audit --example disk
bin=$PWD/target/release

folder=$(mktemp -d "${TMPDIR:-$PWD/target}/audit-bench.XXXXXX")
daemons=()
cleanup() {
    for daemon in "${daemons[@]}"; do kill "$daemon" 2>/dev/null || true; done
    wait
    if mountpoint -q "$folder/disk" 2>/dev/null; then umount "$folder/disk"; fi
    rm -rf "$folder"
}
trap cleanup EXIT

load() { cut -d' ' -f1 /proc/loadavg; }
field() { sed -E "s/.*\"$1\":([0-9.]+).*/\1/"; }
median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }
over() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# Two daemons that differ in the log alone; the one that is not driven sleeps.
"$bin/payhsmd" quickstart --once --dir "$folder/q" --port-base "$port" >"$folder/quickstart" 2>&1
start() {
    local name=$1 tls=$2 audit=$3
    sed -e "s/^tls = .*/tls = \"127.0.0.1:$tls\"/" -e '/^plain = /d' -e "s/^state = .*/state = \"state-$name\"/" \
        -e "s/^folder = \"audit\".*/$audit/" "$folder/q/payhsm.toml" >"$folder/q/$name.toml"
    "$bin/payhsmd" --config "$folder/q/$name.toml" >"$folder/$name.log" 2>&1 &
    daemons+=($!)
}
start on "$((port + 3000))" "folder = \"audit-on\""
start off "$((port + 4000))" "durability = \"off\""
sleep 1

drive() {
    "$bin/payhsm-load" --address "127.0.0.1:$1" --ca "$folder/q/ca.crt" --cert "$folder/q/client.crt" \
        --key "$folder/q/client.key" --server-name localhost --command CA \
        --connections "$2" --depth "$3" --seconds "$seconds" --json
}

pairs() {
    local connections=$1 depth=$2
    : >"$folder/on" && : >"$folder/off"
    for _ in $(seq "$rounds"); do
        for turn in on off off on; do
            local at=$((port + 3000))
            if [ "$turn" = off ]; then at=$((port + 4000)); fi
            local said
            said=$(drive "$at" "$connections" "$depth")
            echo "$(field per_second <<<"$said") $(field p50_us <<<"$said") $(field p99_us <<<"$said")" >>"$folder/$turn"
            printf '  log %-3s %9s a second, p50 %6s us, p99 %6s us (load average %s)\n' "$turn" \
                "$(field per_second <<<"$said")" "$(field p50_us <<<"$said")" "$(field p99_us <<<"$said")" "$(load)"
        done
    done
    local on off p_on p_off
    on=$(cut -d' ' -f1 "$folder/on" | median) off=$(cut -d' ' -f1 "$folder/off" | median)
    p_on=$(cut -d' ' -f2 "$folder/on" | median) p_off=$(cut -d' ' -f2 "$folder/off" | median)
    echo "CA, $connections x $depth: $on a second with the log, $off without: $(over "$on" "$off"); p50 $p_on us, $p_off us"
}

pairs 64 1
pairs 16 16

echo "the log on the disk of $folder:"
mkdir "$folder/here"
"$bin/examples/disk" "$folder/here" 64 "$seconds"
if [ "$(id -u)" -eq 0 ] && truncate -s 2G "$folder/image" \
    && mkfs.ext4 -q -F -O has_journal -E lazy_itable_init=0,lazy_journal_init=0 "$folder/image" \
    && mkdir "$folder/disk" && mount -o loop "$folder/image" "$folder/disk"; then
    echo "the log on an ext4 with a journal, in an image:"
    "$bin/examples/disk" "$folder/disk" 64 "$seconds"
else
    echo "no ext4 with a journal: whoever runs this cannot mount one"
fi
