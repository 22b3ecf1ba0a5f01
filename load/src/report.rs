//! What came out, for a person or as one JSON object.

use crate::tally::Tally;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// How a run was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conditions {
    /// Two-letter command code.
    pub command: String,
    /// `compact` or `host`.
    pub dialect: &'static str,
    /// `tls` or `plain`.
    pub transport: &'static str,
    /// Connections to each side.
    pub connections: u16,
    /// Requests in flight on each.
    pub depth: u16,
    /// Threads that drove them.
    pub threads: u16,
    /// The LMK that was named; `null` for the default of the port.
    pub lmk: Option<u8>,
}

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// How it was made.
    #[serde(flatten)]
    pub conditions: Conditions,
    /// How long the daemon was driven, in seconds.
    pub seconds: f64,
    /// Replies with code 00.
    pub replies: u64,
    /// Replies with code 00 per second.
    pub per_second: f64,
    /// Half of the replies came within so many microseconds.
    pub p50_us: u64,
    /// 99 of 100 replies came within so many microseconds.
    pub p99_us: u64,
    /// Replies with another code, and failures of any kind.
    pub errors: u64,
    /// The same by code or kind.
    pub error_codes: BTreeMap<String, u64>,
    /// What the null server did in the same run.
    #[serde(flatten)]
    pub null: Option<NullReport>,
}

/// What the null server did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NullReport {
    /// Its replies per second.
    pub null_per_second: f64,
    /// Its median latency in microseconds.
    pub null_p50_us: u64,
    /// Its 99th percentile in microseconds.
    pub null_p99_us: u64,
    /// Its failures; none are expected.
    pub null_errors: u64,
    /// The daemon's replies per second divided by the null server's.
    pub ratio: f64,
}

#[expect(clippy::cast_precision_loss, reason = "a count below 2^53")]
fn per_second(tally: &Tally) -> f64 {
    let seconds = tally.elapsed.as_secs_f64();
    if seconds > 0.0 { round(tally.replies() as f64 / seconds, 1.0) } else { 0.0 }
}

fn round(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}

impl Report {
    /// Puts together what was measured.
    #[must_use]
    pub fn new(conditions: Conditions, daemon: &Tally, null: Option<&Tally>) -> Self {
        let rate = per_second(daemon);
        let null = null.map(|tally| {
            let null_per_second = per_second(tally);
            let ratio = if null_per_second > 0.0 { rate / null_per_second } else { 0.0 };
            NullReport {
                null_per_second,
                null_p50_us: tally.latency.value_at_quantile(0.5),
                null_p99_us: tally.latency.value_at_quantile(0.99),
                null_errors: tally.failures(),
                ratio: round(ratio, 10_000.0),
            }
        });
        Self {
            conditions,
            seconds: round(daemon.elapsed.as_secs_f64(), 1000.0),
            replies: daemon.replies(),
            per_second: rate,
            p50_us: daemon.latency.value_at_quantile(0.5),
            p99_us: daemon.latency.value_at_quantile(0.99),
            errors: daemon.failures(),
            error_codes: daemon.errors.clone(),
            null,
        }
    }

    /// Whether every request was answered with code 00, and there was at least one.
    #[must_use]
    pub fn is_good(&self) -> bool {
        let null_errors = self.null.as_ref().map_or(0, |null| null.null_errors);
        self.errors == 0 && self.replies > 0 && null_errors == 0
    }

    /// One JSON object on one line.
    ///
    /// # Errors
    /// Never for what a run gives; the encoder's complaint if it did.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

/// The table for a person.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Conditions { command, dialect, transport, connections, depth, threads, lmk } =
            &self.conditions;
        let lmk = lmk.map_or_else(|| "default LMK".to_owned(), |id| format!("LMK {id:02}"));
        writeln!(
            f,
            "{command}, {dialect} dialect over {transport}, {lmk}: {connections} connections, \
             {depth} in flight on each, {threads} threads, {:.1} s",
            self.seconds
        )?;
        writeln!(
            f,
            "{:14}{:>14}{:>12}{:>12}{:>10}",
            "", "replies/s", "p50 us", "p99 us", "errors"
        )?;
        let mut row = |what: &str, rate: f64, p50: u64, p99: u64, errors: u64| {
            writeln!(f, "{what:14}{rate:>14.0}{p50:>12}{p99:>12}{errors:>10}")
        };
        row("daemon", self.per_second, self.p50_us, self.p99_us, self.errors)?;
        if let Some(null) = &self.null {
            row(
                "null server",
                null.null_per_second,
                null.null_p50_us,
                null.null_p99_us,
                null.null_errors,
            )?;
            writeln!(f, "{:14}{:>14.3}", "ratio", null.ratio)?;
        }
        for (what, count) in &self.error_codes {
            let sentence = <[u8; 2]>::try_from(what.as_bytes())
                .ok()
                .and_then(payhsm_protocol::ErrorCode::from_wire)
                .map_or("", payhsm_protocol::ErrorCode::sentence);
            writeln!(f, "  {count} x {what} {sentence}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn conditions() -> Conditions {
        Conditions {
            command: "CA".to_owned(),
            dialect: "compact",
            transport: "tls",
            connections: 64,
            depth: 1,
            threads: 2,
            lmk: Some(0),
        }
    }

    fn tally(replies: u64) -> Tally {
        let mut tally = Tally::new().unwrap();
        tally.latency.record_n(250, replies).unwrap();
        tally.elapsed = Duration::from_secs(2);
        tally
    }

    #[test]
    fn json_has_the_promised_names() {
        let report = Report::new(conditions(), &tally(1000), Some(&tally(4000)));
        let json: serde_json::Value = serde_json::from_str(&report.to_json().unwrap()).unwrap();
        assert_eq!(json["command"], "CA");
        assert_eq!(json["connections"], 64);
        assert_eq!(json["depth"], 1);
        assert_eq!(json["dialect"], "compact");
        assert_eq!(json["seconds"], 2.0);
        assert_eq!(json["lmk"], 0);
        assert_eq!(json["per_second"], 500.0);
        assert_eq!(json["p50_us"], 250);
        assert_eq!(json["p99_us"], 250);
        assert_eq!(json["errors"], 0);
        assert_eq!(json["null_per_second"], 2000.0);
        assert_eq!(json["ratio"], 0.25);
        assert!(report.is_good());

        let alone = Report::new(conditions(), &tally(1000), None);
        let json: serde_json::Value = serde_json::from_str(&alone.to_json().unwrap()).unwrap();
        assert!(json.get("ratio").is_none());
    }

    #[test]
    fn errors_and_silence_are_not_good() {
        let mut refused = tally(10);
        refused.fail("A6", 3);
        let report = Report::new(conditions(), &refused, None);
        assert_eq!(report.errors, 3);
        assert!(!report.is_good());
        assert!(report.to_string().contains("3 x A6 The key usage is wrong"), "{report}");
        assert!(!Report::new(conditions(), &tally(0), None).is_good());
    }
}
