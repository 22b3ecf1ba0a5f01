//! A monitor: asks over HTTP, and reads the text form of Prometheus as strictly as its page defines it.

use super::binary::{Daemon, connect, wait_for};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::SocketAddr;

/// Where a daemon said that it answers monitors (JSON log).
pub(crate) fn address(daemon: &Daemon) -> SocketAddr {
    let said = || {
        daemon.log.all().iter().find_map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).ok()?;
            let fields = &line["fields"];
            (fields["message"] == "monitors are answered")
                .then(|| fields["address"].as_str().unwrap().parse().unwrap())
        })
    };
    wait_for("word of the socket for monitors", || said().is_some());
    said().unwrap()
}

/// An answer: status, headers in small letters, body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// What is answered to these bytes until the connection ends; `None` if it ends without an answer.
pub(crate) fn ask(address: SocketAddr, question: &[u8]) -> Option<Answer> {
    let mut stream = connect(address);
    stream.write_all(question).unwrap();
    let mut answer = Vec::new();
    // Whoever is sent away while it still talks may see a reset behind the answer.
    drop(stream.read_to_end(&mut answer));
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.split(' ').next()?.parse().ok()?;
    let headers: BTreeMap<_, _> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    // To HEAD it tells the length of what does not follow.
    if let Some(length) = headers.get("content-length").filter(|_| !body.is_empty()) {
        assert_eq!(length.parse(), Ok(body.len()));
    }
    Some(Answer { status, headers, body: body.to_owned() })
}

pub(crate) fn get(address: SocketAddr, path: &str) -> Answer {
    let question = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    ask(address, question.as_bytes()).expect("an answer")
}

/// The numbers of a daemon, read.
pub(crate) fn scrape(address: SocketAddr) -> Scrape {
    let answer = get(address, "/metrics");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    Scrape::read(&answer.body)
}

pub(crate) type Labels = BTreeMap<String, String>;

/// Numbers of one name.
#[derive(Debug, Default)]
pub(crate) struct Family {
    pub(crate) kind: String,
    pub(crate) help: String,
    /// By what stands behind the name, and by labels.
    pub(crate) samples: BTreeMap<(String, Labels), f64>,
}

/// A page of numbers.
#[derive(Debug)]
pub(crate) struct Scrape(pub(crate) BTreeMap<String, Family>);

impl Scrape {
    /// Reads a page; whatever Prometheus would refuse, or take for something else, is a mistake.
    pub(crate) fn read(text: &str) -> Self {
        assert!(text.ends_with('\n'));
        let mut families: BTreeMap<String, Family> = BTreeMap::new();
        let mut last = String::new();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').unwrap();
                assert!(is_name(name) && !families.contains_key(name), "{line}");
                let family = Family { help: help.to_owned(), ..Family::default() };
                families.insert(name.to_owned(), family);
                last = name.to_owned();
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').unwrap();
                assert!(
                    name == last && ["counter", "gauge", "histogram"].contains(&kind),
                    "{line}"
                );
                families.get_mut(name).unwrap().kind = kind.to_owned();
            } else {
                let (name, labels, value) = sample(line);
                let family = families.get_mut(&last).unwrap_or_else(|| panic!("{line}"));
                let suffix =
                    name.strip_prefix(&last).unwrap_or_else(|| panic!("{line}")).to_owned();
                let histogram = ["_bucket", "_sum", "_count"].contains(&suffix.as_str());
                assert_eq!(histogram, family.kind == "histogram", "{line}");
                assert!(histogram || suffix.is_empty(), "{line}");
                assert!(family.samples.insert((suffix, labels), value).is_none(), "twice: {line}");
            }
        }
        let scrape = Self(families);
        scrape.0.iter().for_each(|(name, family)| family.check(name));
        scrape
    }

    /// The number with these labels; 0 if it is not there.
    pub(crate) fn number(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.part(name, "", labels)
    }

    /// The same of a part of a histogram.
    pub(crate) fn part(&self, name: &str, suffix: &str, labels: &[(&str, &str)]) -> f64 {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let family = self.0.get(name).unwrap_or_else(|| panic!("there is no {name}"));
        let key = (suffix.to_owned(), labels.collect());
        family.samples.get(&key).copied().unwrap_or_default()
    }

    /// The sum over all labels.
    pub(crate) fn sum(&self, name: &str) -> f64 {
        self.0[name].samples.values().sum()
    }

    /// The values that a label of a name has.
    pub(crate) fn values(&self, name: &str, label: &str) -> BTreeSet<String> {
        let labels = self.0[name].samples.keys().map(|(_, labels)| labels);
        labels.filter_map(|labels| labels.get(label).cloned()).collect()
    }
}

impl Family {
    fn check(&self, name: &str) {
        assert!(self.help.ends_with('.') && !self.kind.is_empty(), "{name}");
        assert_eq!(self.kind == "counter", name.ends_with("_total"), "{name}");
        assert!(self.samples.values().all(|value| *value >= 0.0), "{name}");
        if self.kind != "histogram" {
            return;
        }
        let mut series: BTreeMap<Labels, Vec<(f64, f64)>> = BTreeMap::new();
        for ((suffix, labels), value) in &self.samples {
            let mut labels = labels.clone();
            if suffix == "_bucket" {
                let bound = labels.remove("le").unwrap();
                let bound = if bound == "+Inf" { f64::INFINITY } else { bound.parse().unwrap() };
                series.entry(labels).or_default().push((bound, *value));
            }
        }
        for (labels, mut steps) in series {
            steps.sort_by(|one, other| one.0.total_cmp(&other.0));
            assert!(steps.is_sorted_by(|one, other| one.0 < other.0 && one.1 <= other.1), "{name}");
            let count = self.samples[&("_count".to_owned(), labels.clone())];
            assert_eq!(steps.last(), Some(&(f64::INFINITY, count)), "{name}");
            assert!(self.samples.contains_key(&("_sum".to_owned(), labels)), "{name}");
        }
    }
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A line with a number: name, labels, value.
fn sample(line: &str) -> (String, Labels, f64) {
    let (name, mut rest) = line.split_at(line.find(['{', ' ']).unwrap());
    let mut labels = Labels::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        loop {
            let (label, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
            assert!(is_name(label), "{line}");
            let mut value = String::new();
            let mut characters = after.char_indices();
            let end = loop {
                match characters.next().unwrap_or_else(|| panic!("{line}")) {
                    (at, '"') => break at,
                    (_, '\\') => value.push(match characters.next().unwrap().1 {
                        'n' => '\n',
                        other @ ('\\' | '"') => other,
                        other => panic!("\\{other} in {line}"),
                    }),
                    (_, other) => value.push(other),
                }
            };
            assert!(labels.insert(label.to_owned(), value).is_none(), "{line}");
            let (_, after) = after.split_at(end + 1);
            match after.strip_prefix(',') {
                Some(more) => rest = more,
                None => {
                    rest = after.strip_prefix('}').unwrap_or_else(|| panic!("{line}"));
                    break;
                }
            }
        }
    }
    let value = rest.strip_prefix(' ').unwrap_or_else(|| panic!("{line}"));
    assert!(is_name(name), "{line}");
    (name.to_owned(), labels, value.parse().unwrap_or_else(|_| panic!("{line}")))
}
