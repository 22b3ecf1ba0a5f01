//! What people look at: reports, and what of a log gets into them.

use crate::kit::Kit;
use crate::made::{day, encoded};
use payhsm_audit::record::{Event, Record};
use std::fs;

#[test]
fn names_do_nothing_to_terminals_spreadsheets_and_pages() {
    let mut records = day(50);
    let Record::Command(command) = &mut records[7].0 else { panic!("another record") };
    command.caller = "=cmd|' /C calc'!A0\u{1b}[31m<script>alert(1)</script>\u{202e}".to_owned();
    records[8].0 = Record::Event(Event {
        name: "start".to_owned(),
        detail: "<img src=x onerror=alert(1)>\r\n+1".to_owned(),
    });
    let kit = Kit::of(encoded(&records));
    let (table, csv) =
        (kit.run("show log").ends(0).out, kit.run("show log --format csv").ends(0).out);
    for out in [&table, &csv] {
        assert!(!out.contains(['\u{1b}', '\u{202e}']) && out.lines().count() == 51, "{out}");
    }
    assert!(csv.contains("\"'=cmd|' /C calc'!A0") && !csv.contains(",=cmd"), "{csv}");
    kit.run("report log --key audit.pub -o r.html").ends(0);
    let page = fs::read_to_string(kit.path("r.html")).unwrap();
    assert!(
        !page.contains("<script")
            && !page.contains("<img")
            && page.contains("&lt;script&gt;alert(1)")
    );
    for outside in ["http://", "https://", "src=", "href=", "url(", "@import"] {
        assert!(!page.replace("&lt;img src=x", "").contains(outside), "{outside}");
    }
}

#[test]
fn a_report_says_the_verdict_first() {
    let kit = Kit::new(700);
    let said = kit.run("report log --key audit.pub -o r.html").ends(0).out;
    assert!(said.contains("verified up to size 700"), "{said}");
    let page = fs::read_to_string(kit.path("r.html")).unwrap();
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(
        place("<strong>Verified</strong>") < place("<svg")
            && place("Refusals") < place("Acts of officers")
    );
    kit.edit("log/tile/entries/001", |bytes| bytes[300] ^= 4);
    kit.run("report log --key audit.pub -o r.html").ends(1);
    let page = fs::read_to_string(kit.path("r.html")).unwrap();
    assert!(page.contains("<strong>NOT verified") && page.contains("record 257: "));
    // Whatever the log is, there is a page.
    fs::write(kit.path("log/checkpoint"), "x").unwrap();
    kit.run("report log --key audit.pub -o r.html").ends(1);
    assert!(fs::read_to_string(kit.path("r.html")).unwrap().contains("it is no signed note"));
}
