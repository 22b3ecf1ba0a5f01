#!/usr/bin/env bash
# Every row of docs/security-figures.md, measured here and written there: three hours on two idle cores, as root
# (without root some tests say that they were skipped, and so does the page). What a test prints is the figure; what fails stays.
#
#   benches/security.sh [PATTERN]        all rows, or those whose concern matches; the others stay as they are in the page
set -uo pipefail
cd "$(dirname "$0")/.."
only=${1:-.}
page=docs/security-figures.md
folder=$(mktemp -d "${TMPDIR:-/tmp}/payhsm-figures.XXXXXX")
trap 'rm -rf "$folder"' EXIT
export PAYHSM_LONG_TESTS=1
export PAYHSM_LEAKS_BINARY=$PWD/target/release/payhsmd
failed=0
: >"$folder/rows"

# row CONCERN BAR LINES COMMAND…: LINES is a pattern of lines that tell the figure.
row() {
    local concern=$1 bar=$2 lines=$3 outcome=held said
    shift 3
    if ! grep -qE "$only" <<<"$concern"; then
        printf '@%s\n' "$concern" >>"$folder/rows"
        return 0
    fi
    printf '== %s  (%s)\n   %s\n' "$concern" "$(date +%T)" "$*"
    if ! "$@" >"$folder/said" 2>&1; then
        outcome='**not held**'
        failed=1
        tail -n 30 "$folder/said"
    fi
    said=$(grep -aE "$lines" "$folder/said" | sed -E 's/^test [a-z0-9_:]+ \.\.\. //; s/  +/ /g; s/^test result: (ok|FAILED)\. ([0-9]+) passed; ([0-9]+) failed; ([0-9]+) ignored.*/\2 passed, \3 failed, \4 ignored/; s/\|/\\|/g' |
        grep -v '^0 passed, 0 failed' | awk 'NR > 1 { printf "; " } { printf "%s", $0 }')
    # No figure is no test that ran.
    if [ -z "$said" ]; then
        said="it said nothing" outcome='**not held**' failed=1
    fi
    # The t-tests print, and leave it to their reader.
    if grep -q 'over the bar: [1-9]' <<<"$said"; then outcome='**see below**'; fi
    local shown="$*"
    shown=${shown/#faults /cargo test --release --test faults -- }
    shown=${shown/#tests /cargo test }
    shown=${shown/#fuzzed /fuzz\/run-all }
    printf '| %s | %s | %s | %s | `%s` |\n' "$concern" "$bar" "$said" "$outcome" "$shown" >>"$folder/rows"
    printf '   %s: %s\n' "$outcome" "$said"
}
tests() { cargo test --locked "$@" -- --nocapture --test-threads=1; }
# The daemon that ships, not a build for tests.
faults() { cargo test --release --locked --test faults -- --nocapture --test-threads=1 "$@"; }
fuzzed() {
    fuzz/run-all "$1" >"$folder/fuzzed" 2>&1 || { cat "$folder/fuzzed" && return 1; }
    awk '/: Done/ { targets++; inputs += $3 } END { print targets " targets, " inputs " inputs, 0 findings" }' "$folder/fuzzed"
}
closing='^test result'

cargo build --release --locked --quiet -p payhsm -p payhsm-load -p payhsm-audit || exit 1

row "key residue, dumps" "0 hits outside secret memory after 10^5 commands; a build without wiping hits" \
    "commands, .* needles|core file searched|kinds of leak|$closing" tests --test leaks
row "same-user read" "refused" "of the same user|$closing" tests --test cage same_user
row "constant time: TDES" "ctgrind 0 findings" "$closing" tests -p payhsm-tdes --test constant_time
row "constant time: arithmetic" "ctgrind 0 findings" "$closing" tests -p payhsm-crypto --test constant_time
row "constant time: vault" "ctgrind 0 findings" "$closing" tests -p payhsm-keys --test constant_time
row "constant time: t-test of the arithmetic" "no value over 4.5 in three runs of 10^6 samples" "^rows with a value" \
    cargo bench --locked -p payhsm-crypto --bench dudect
row "constant time: t-test of TDES" "no value over 4.5 in three runs of 10^6 samples" "^[^e].* LEAKS|over the bar" \
    cargo bench --locked -p payhsm-tdes --bench dudect
row "PIN translation" "every cell as PCI PIN 3-3 says, one error code" "$closing" tests --test attacks formats
row "cost of guessing a PIN" "at most 5 of 10^4 in 24 h; 0 by translation or offset" "$closing" tests --test attacks
row "key forgery" "0 of 2·10^6 blocks accepted" "$closing" \
    cargo test --release --locked --test attacks -- --ignored --test-threads=1 --nocapture conjuring
row "weak keys" "the 64 keys, their parity forms and equal parts refused" "$closing" tests -p payhsm-keys --lib weak
row "LMK strength" "AES-256 alone, unless legacy is switched on" "$closing" tests --lib settings
row "systemd exposure" "at most 0.3" "payhsm.*[0-9]\.[0-9]|^verify" systemd/check
row "cage" "a forbidden call is death; no allowed call is unused" "$closing" tests --test cage
row "audit durability: kills" "0 lost in 1,000" "kills:|$closing" faults --ignored a_thousand_kills
row "audit durability: power cuts" "0 lost in 100; a log that does not wait loses some" "power cuts:|without waiting|$closing" \
    faults --include-ignored a_hundred_cuts a_cut_is_a_cut
row "audit throughput" "50,000 records a second at 64 clients; at most 0.5 ms more for half of the answers" "clients:|^CA" benches/audit.sh 3 3
row "audit verification" "10^6 records in 2 s; proof at most 1 KiB at 10^9; 10^5 of 10^5 changes found" "1,000,000 records|$closing" \
    cargo test --release --locked -p payhsm-audit --test program --test merkle -- --include-ignored --skip a_sample --nocapture --test-threads=1
row "disk faults" "no answer without a record; again within 1 s" "without a disk|without room|answered,|for a sync|$closing" \
    faults --skip kills --skip power --skip stalled --skip flood --skip tls --skip soak --skip million --skip worker --skip reload --skip clocks
row "restart" "within 1 s of kill -9 with 10^6 records" "start to first answer|$closing" faults million
row "stalled clients" "5,000 closed within 10 s; a good client's p99 at most doubled" "stalled:|closed after|$closing" faults stalled
row "floods" "20,000 connections; again within 1 s" "connections in|no file left|$closing" faults flood
row "reload" "100 under load, 0 failed" "exchanges|$closing" faults reload
row "TLS" "bad certificates, old versions: refused" "$closing" faults tls
row "workers" "0 wrong answers, again within 2 s" "signal|$closing" faults worker
export PAYHSM_SOAK_SECONDS=${PAYHSM_SOAK_SECONDS:-3600}
row "soak" "at most 1 MiB a day, beyond half a MiB of ripple" "by least squares|$closing" faults --ignored an_hour
row "fuzzing" "every parser has a target; 0 crash, hang or allocation over 1 MiB" "findings" fuzzed 10
row "every parser has a target" "tests hold it" "$closing" tests --test fuzzing
row "supply chain" "lock file; deny green, nothing unmaintained that ships" "ok$" cargo deny check bans licenses sources

{
    cat <<'HEAD'
# Security, in figures
The rows of the bars that payhsm set itself, each with the command that measures it. `benches/security.sh` made this page; tests say what they
did, and the number of tests is theirs; all run with `PAYHSM_LONG_TESTS=1`. [Attacks](attacks.md), [faults](faults.md), [side channels](side-channels.md) and
[hardening](hardening.md) say what is behind each row.

| concern | bar | figure | | command |
|---|---|---|---|---|
HEAD
    # What was not measured now stays as the page has it.
    while read -r line; do
        case $line in
        @*) grep -aF "| ${line#@} |" "$page" || true ;;
        *) printf '%s\n' "$line" ;;
        esac
    done <"$folder/rows"
    # So does what people have written of rows that are worse than their bars.
    printf '\n'
    sed -n '/^## Worse than its bar/,/^Last run/ { /^Last run/!p }' "$page"
    printf 'Last run on %s, %s, %s processors.\n' "$(date -u +%F)" "Linux $(uname -r | cut -d- -f1)" "$(nproc)"
} >"$folder/page"
mv "$folder/page" "$page"
exit "$failed"
