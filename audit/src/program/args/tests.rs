//! Command lines that are taken, and some that are not.

use super::Args;
use clap::{CommandFactory, Parser};

#[test]
fn the_promised_command_line_works() {
    Args::command().debug_assert();
    for line in [
        "verify log --key a.pub",
        "verify log --key a.pub --checkpoint a --checkpoint b --witness w --json --archive old",
        "prove log 7",
        "prove log 7 --size 300 --checkpoint c -o proof",
        "prove log --consistency 7 300",
        "check proof --key a.pub --entry e",
        "check proof --key a.pub --old c --json",
        "show log",
        "show log last-20 --format csv",
        "search log --from 2026-11-22 --to 2026-11-23T00:00:00Z --caller api --command CA --result !00 --limit 3",
        "search log --key kcv:A1B2C3 --account-fingerprint 0a --officer alice --event start --format json",
        "report log --key a.pub -o r.html",
        "export log 7-20 --redact 8-9 --redact account -o e",
        "check-export e --key a.pub",
        "archive log --to old --before 5000 --remove",
        "witness-key --name w.example/w1 --out w1.key",
        "witness --key w1.key --log a.pub --log b.pub --folder f --state s --once",
    ] {
        let parsed =
            Args::try_parse_from(std::iter::once("payhsm-audit").chain(line.split_whitespace()));
        assert!(parsed.is_ok(), "{line}: {parsed:?}");
    }
    for line in [
        "",
        "verify log",
        "prove log",
        "prove log 1 --consistency 1 2",
        "show log x",
        "search log --result 0",
        "witness --key w1.key --folder f --state s",
    ] {
        let parsed =
            Args::try_parse_from(std::iter::once("payhsm-audit").chain(line.split_whitespace()));
        assert!(parsed.is_err(), "{line}");
    }
}
