//! The page, the dashboard and the rules speak of what a daemon says, and of nothing else.

use crate::issuer;
use crate::support::binary::Folder;
use crate::support::monitoring::{Scrape, address, scrape};
use payhsm::numbers::{Ended, Failed, Limit};
use payhsm_protocol::{ErrorCode, Opcode};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;
use yaml_rust2::{Yaml, YamlLoader};

/// What a daemon that has been asked a few things says.
fn told() -> &'static Scrape {
    static TOLD: OnceLock<Scrape> = OnceLock::new();
    TOLD.get_or_init(|| {
        let folder = Folder::new();
        let daemon = issuer(&folder, "");
        daemon.plain().ask("NC");
        folder.host_client("client", daemon.address(true, None)).ask("B2");
        scrape(address(&daemon))
    })
}

fn doc(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands in a cell in backticks.
fn quoted(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_page_has_every_number_with_its_kind_and_its_labels_and_no_other() {
    let page = doc("monitoring.md");
    let rows = page.lines().filter(|line| line.starts_with("| `payhsm_"));
    let mut seen = BTreeSet::new();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, kind, labels, unit, meaning] = cells[..] else { panic!("{row}") };
        let name = name.trim_matches('`');
        let Some(family) = told().0.get(name) else { panic!("no daemon says {name}") };
        assert_eq!(kind, family.kind, "{name}");
        let told = family.samples.keys().flat_map(|(_, labels)| labels.keys().cloned());
        let told: BTreeSet<_> = told.filter(|label| label != "le").collect();
        assert_eq!(quoted(labels), told, "{name}");
        assert!(!unit.is_empty() && meaning.len() > 10, "{name}");
        assert!(seen.insert(name.to_owned()), "{name} is there twice");
    }
    let names: BTreeSet<_> = told().0.keys().cloned().collect();
    assert_eq!(seen, names);
    // Words that labels can have.
    let words = Ended::ALL.iter().map(|how| how.name());
    let words = words.chain(Limit::ALL.iter().map(|limit| limit.name()));
    for word in words.chain(Failed::ALL.iter().map(|failed| failed.name())) {
        assert!(page.contains(&format!("`{word}`")), "{word} is not explained");
    }
}

/// A name in an expression, and what it asks of labels: name, operator, value.
type Selector = (String, Vec<(String, String, String)>);

/// Every `payhsm_…` of an expression of Prometheus. Its brackets have to go together.
fn selectors(expression: &str) -> Vec<Selector> {
    for (open, close) in [('(', ')'), ('{', '}'), ('[', ']')] {
        let count = |bracket| expression.matches(bracket).count();
        assert_eq!(count(open), count(close), "{expression}");
    }
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(at) = rest.find("payhsm_") {
        let (_, from) = rest.split_at(at);
        let end = from.find(|one: char| !one.is_ascii_alphanumeric() && one != '_');
        let (name, after) = from.split_at(end.unwrap_or(from.len()));
        let mut matchers = Vec::new();
        if let Some(inner) = after.strip_prefix('{') {
            let (inner, _) = inner.split_once('}').unwrap();
            for one in inner.split(',').filter(|one| !one.is_empty()) {
                let at = one.find(['=', '!']).unwrap_or_else(|| panic!("{expression}"));
                let (label, rest) = one.split_at(at);
                let (operator, value) = rest.split_once('"').unwrap();
                let value = value.strip_suffix('"').unwrap();
                matchers.push((label.to_owned(), operator.to_owned(), value.to_owned()));
            }
        }
        found.push((name.to_owned(), matchers));
        rest = after;
    }
    found
}

/// Whether a value can ever be that of a label: those of tables are known, those of the configuration are not.
fn can_be(name: &str, label: &str, value: &str) -> bool {
    match label {
        "code" => ErrorCode::ALL.iter().any(|code| code.as_text() == value),
        "command" => {
            value == "none" || Opcode::ALL.iter().any(|one| one.code().to_string() == value)
        }
        "caller" => true,
        // It is there only where there are such lists.
        "certificate" if value == "revoked" => true,
        _ => told().values(name, label).contains(value),
    }
}

/// Holds an expression to what a daemon says; gives back the names in it.
fn hold(expression: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (name, matchers) in selectors(expression) {
        let histogram = |suffix| {
            let base = name.strip_suffix(suffix)?;
            told().0.get(base).is_some_and(|family| family.kind == "histogram").then_some(base)
        };
        let base = ["_bucket", "_sum", "_count"].into_iter().find_map(histogram);
        let base = base.unwrap_or(&name);
        let family = told().0.get(base).unwrap_or_else(|| panic!("no {name}: {expression}"));
        assert!(base != name || family.kind != "histogram", "{name} is a histogram: {expression}");
        for (label, operator, value) in matchers {
            // Whoever collects the numbers adds these.
            if ["instance", "job"].contains(&label.as_str()) {
                continue;
            }
            let labels = family.samples.keys().flat_map(|(_, labels)| labels.keys());
            assert!(labels.clone().any(|one| *one == label), "{name} has no {label}: {expression}");
            let values: Vec<&str> = match operator.as_str() {
                "=" | "!=" => vec![&value],
                "=~" | "!~" => value.split('|').collect(),
                other => panic!("{other} in {expression}"),
            };
            for value in values {
                let fits = match value.strip_suffix(".*") {
                    Some(head) => {
                        told().values(base, &label).iter().any(|one| one.starts_with(head))
                    }
                    None => can_be(base, &label, value),
                };
                assert!(fits, "{label} of {name} is never {value}: {expression}");
            }
        }
        // What only grows is looked at by how fast it does.
        let grows = family.kind == "counter" || family.kind == "histogram";
        let rated = ["rate(", "increase("].iter().any(|by| expression.contains(by));
        assert!(!grows || rated, "{name} only grows: {expression}");
        names.insert(base.to_owned());
    }
    names
}

#[test]
fn expressions_that_are_wrong_are_found() {
    for wrong in [
        "payhsm_reddy == 0",
        "payhsm_ready{colour=\"red\"} == 0",
        "payhsm_state{state=\"happy\"} == 1",
        "payhsm_commands_total > 5",
        "rate(payhsm_command_duration_seconds[5m])",
        "rate(payhsm_commands_total{code=~\"00|0X\"}[5m])",
        "rate(payhsm_limits_met_total{limit=~\"success_.*\"}[5m])",
        "sum(payhsm_ready",
    ] {
        assert!(std::panic::catch_unwind(|| hold(wrong)).is_err(), "{wrong}");
    }
    let good = "sum(rate(payhsm_command_duration_seconds_bucket{command=\"CA\"}[5m])) / payhsm_worker_threads";
    assert_eq!(hold(good).len(), 2);
}

#[test]
fn the_dashboard_shows_what_there_is_and_all_of_it() {
    let dashboard: serde_json::Value = serde_json::from_str(&doc("grafana/payhsm.json")).unwrap();
    let (mut ids, mut shown) = (BTreeSet::new(), BTreeSet::new());
    for panel in dashboard["panels"].as_array().unwrap() {
        let title = panel["title"].as_str().unwrap();
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}: an id twice");
        if panel["type"] == "row" {
            continue;
        }
        assert!(!panel["description"].as_str().unwrap().is_empty(), "{title}");
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty(), "{title}");
        for target in targets {
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{title}");
            let names = hold(target["expr"].as_str().unwrap());
            assert!(!names.is_empty(), "{title}");
            shown.extend(names);
        }
    }
    for other in dashboard["annotations"]["list"].as_array().unwrap() {
        hold(other["expr"].as_str().unwrap());
    }
    // That there is a log, or a store, stays as it is.
    let constant = ["payhsm_log_kept", "payhsm_cards_kept"].map(str::to_owned);
    shown.extend(constant);
    let all: BTreeSet<_> = told().0.keys().cloned().collect();
    assert_eq!(shown, all);
}

/// The anchor of a heading, as it is made of its text.
fn anchor(heading: &str) -> String {
    let lower = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = lower.chars().filter(|one| one.is_alphanumeric() || *one == ' ' || *one == '-');
    kept.map(|one| if one == ' ' { '-' } else { one }).collect()
}

#[test]
fn every_alert_speaks_of_what_there_is_and_has_its_paragraph_in_the_runbook() {
    let rules = YamlLoader::load_from_str(&doc("alerts/payhsm.rules.yml")).unwrap();
    let runbook = doc("runbook.md");
    let mut sections: BTreeMap<String, String> = BTreeMap::new();
    for section in runbook.split("\n### ").skip(1) {
        let (heading, text) = section.split_once('\n').unwrap();
        let text = text.split("\n## ").next().unwrap().trim().to_owned();
        assert!(sections.insert(anchor(heading), text).is_none(), "{heading} is there twice");
    }
    let mut alerts = BTreeSet::new();
    for group in rules[0]["groups"].as_vec().unwrap() {
        assert!(group["name"].as_str().is_some());
        for rule in group["rules"].as_vec().unwrap() {
            let name = rule["alert"].as_str().unwrap();
            assert!(alerts.insert(anchor(name)), "{name} is there twice");
            let expression = rule["expr"].as_str().unwrap();
            // Whether anybody answers at all, Prometheus says itself.
            assert!(
                expression == "up{job=\"payhsm\"} == 0" || !hold(expression).is_empty(),
                "{name}"
            );
            if let Some(time) = rule["for"].as_str() {
                let (count, unit) = time.split_at(time.len() - 1);
                assert!(count.parse::<u32>().is_ok() && ["s", "m", "h"].contains(&unit), "{name}");
            } else {
                assert_eq!(rule["for"], Yaml::BadValue, "{name}");
            }
            let severity = rule["labels"]["severity"].as_str().unwrap();
            assert!(["page", "ticket"].contains(&severity), "{name}");
            assert!(!rule["annotations"]["summary"].as_str().unwrap().is_empty(), "{name}");
            let place = rule["annotations"]["runbook"].as_str().unwrap();
            let (file, anchor) = place.split_once('#').unwrap();
            assert_eq!(file, "docs/runbook.md", "{name}");
            let text =
                sections.get(anchor).unwrap_or_else(|| panic!("{name}: there is no #{anchor}"));
            assert!(text.starts_with(&format!("`{severity}`. ")), "{name}: {text}");
            assert!(text.len() > 80, "{name}: what is to be done?");
        }
    }
    assert!(alerts.len() >= 20, "{alerts:?}");
    assert_eq!(sections.into_keys().collect::<BTreeSet<_>>(), alerts, "headings without an alert");
}
