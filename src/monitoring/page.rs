//! The text form of Prometheus, version 0.0.4: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use crate::numbers::{BOUNDS, Observed};
use std::fmt::Display;
use std::time::Duration;

/// What kind of numbers a family has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// They only grow, and begin at 0 with every start.
    Counter,
    /// They go up and down.
    Gauge,
    /// Times, counted by steps.
    Histogram,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// Labels with their values.
pub(super) type Labels<'l> = [(&'static str, &'l str)];

/// A page that grows.
#[derive(Debug, Default)]
pub(super) struct Page(String);

/// Numbers of one name.
pub(super) struct Family<'p> {
    page: &'p mut Page,
    name: &'static str,
}

impl Page {
    /// Begins the numbers of a name; `help` says what they mean in one sentence.
    pub(super) fn family(&mut self, name: &'static str, kind: Kind, help: &str) -> Family<'_> {
        let kind = kind.name();
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
        Family { page: self, name }
    }

    /// A name with one number.
    pub(super) fn one(&mut self, name: &'static str, kind: Kind, help: &str, value: impl Display) {
        self.family(name, kind, help).sample(&[], value);
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        self.0.push_str(&line.to_string());
        self.0.push('\n');
    }

    fn labels(&mut self, labels: &Labels<'_>, last: Option<(&'static str, &str)>) {
        let mut before = '{';
        for (name, value) in labels.iter().copied().chain(last) {
            self.0.push(before);
            self.0.push_str(name);
            self.0.push_str("=\"");
            for character in value.chars() {
                match character {
                    '\\' => self.0.push_str("\\\\"),
                    '"' => self.0.push_str("\\\""),
                    '\n' => self.0.push_str("\\n"),
                    other => self.0.push(other),
                }
            }
            self.0.push('"');
            before = ',';
        }
        if before == ',' {
            self.0.push('}');
        }
    }
}

impl Family<'_> {
    /// One number.
    pub(super) fn sample(&mut self, labels: &Labels<'_>, value: impl Display) {
        self.write("", labels, None, value);
    }

    /// Times, by steps.
    pub(super) fn times(&mut self, labels: &Labels<'_>, seen: &Observed) {
        for (bound, up_to) in BOUNDS.iter().zip(seen.up_to) {
            let bound = seconds(*bound).to_string();
            self.write("_bucket", labels, Some(("le", &bound)), up_to);
        }
        self.write("_bucket", labels, Some(("le", "+Inf")), seen.count);
        self.write("_sum", labels, None, seconds(seen.sum));
        self.write("_count", labels, None, seen.count);
    }

    fn write(
        &mut self,
        suffix: &str,
        labels: &Labels<'_>,
        last: Option<(&'static str, &str)>,
        value: impl Display,
    ) {
        self.page.0.push_str(self.name);
        self.page.0.push_str(suffix);
        self.page.labels(labels, last);
        self.page.line(format_args!(" {value}"));
    }
}

/// In seconds, as Prometheus wants times.
pub(super) const fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Page};
    use crate::numbers::Histogram;
    use std::time::Duration;

    #[test]
    fn the_form_is_that_of_prometheus() {
        let mut page = Page::default();
        page.one("a_total", Kind::Counter, "What it is.", 7);
        page.family("b", Kind::Gauge, "Odd.").sample(&[("x", "a\"b\\c\nd"), ("y", "")], 0.5);
        let times = Histogram::default();
        times.observe(Duration::from_micros(30), 2);
        times.observe(Duration::from_secs(2), 1);
        page.family("t_seconds", Kind::Histogram, "Times.")
            .times(&[("c", "CA")], &times.observed());
        let text = page.into_text();
        let head = "# HELP a_total What it is.\n# TYPE a_total counter\na_total 7\n\
                    # HELP b Odd.\n# TYPE b gauge\nb{x=\"a\\\"b\\\\c\\nd\",y=\"\"} 0.5\n";
        assert!(text.starts_with(head), "{text}");
        for line in [
            "t_seconds_bucket{c=\"CA\",le=\"0.00001\"} 0",
            "t_seconds_bucket{c=\"CA\",le=\"0.00005\"} 2",
            "t_seconds_bucket{c=\"CA\",le=\"1\"} 2",
            "t_seconds_bucket{c=\"CA\",le=\"+Inf\"} 3",
            "t_seconds_sum{c=\"CA\"} 2.00006",
            "t_seconds_count{c=\"CA\"} 3",
        ] {
            assert!(text.lines().any(|one| one == line), "{line} is not in:\n{text}");
        }
    }
}
