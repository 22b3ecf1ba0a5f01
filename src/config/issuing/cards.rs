//! `[cards]`: where rows of cards are, if not in the state folder, and the limits beside those of a card.

use crate::cards::Guard;
use payhsm_issuing::limit::{Limits, Rates};
use serde::Deserialize;
use std::path::PathBuf;

/// The section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CardsSection {
    /// The database that appliances share, as libpq writes it: `host=… dbname=… user=…`.
    pub postgres: Option<String>,
    /// The file with the password, relative to the configuration file.
    pub password_file: Option<PathBuf>,
    /// Certificates (PEM) that the server's must come from, relative to the configuration file.
    pub ca: Option<PathBuf>,
    /// For each caller.
    pub per_caller: GuardSection,
    /// For each key, whoever calls.
    pub per_key: GuardSection,
}

/// How often; what is not said of calls is not limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GuardSection {
    /// Calls in any minute.
    pub calls_per_minute: Option<u32>,
    /// In any hour.
    pub calls_per_hour: Option<u32>,
    /// In any day.
    pub calls_per_day: Option<u32>,
    /// Calls that failed, such as wrong PINs, in any minute.
    pub failures_per_minute: Option<u32>,
    /// In any hour.
    pub failures_per_hour: Option<u32>,
    /// In any day.
    pub failures_per_day: Option<u32>,
    /// Calls that failed, ever.
    pub failures_in_all: Option<u32>,
}

/// Failures in a minute and an hour where nothing is said: far more than customers make who forget their PINs, and for whoever
/// tries one PIN on card after card, a tenth of a card an hour.
const FAILURES: [u32; 2] = [100, 1_000];

/// Parts of a connection string that do not belong there, and what to do instead.
const ELSEWHERE: [(&str, &str); 2] = [
    ("password", "password_file names a file with the password"),
    ("options", "the database's own configuration is the place for them"),
];

impl CardsSection {
    /// The limits; what is wrong with them is added to `wrong`.
    pub(super) fn guard(&self, wrong: &mut Vec<String>) -> Guard {
        Guard {
            caller: self.per_caller.limits("per_caller", wrong),
            key: self.per_key.limits("per_key", wrong),
        }
    }

    pub(super) fn check(&self, wrong: &mut Vec<String>) {
        let Some(postgres) = &self.postgres else {
            for (key, said) in [("password_file", &self.password_file), ("ca", &self.ca)] {
                if said.is_some() {
                    wrong.push(format!(
                        "cards.{key} is for a database, and cards.postgres is not there"
                    ));
                }
            }
            return;
        };
        // Never the string itself: somebody may have put the password there.
        if postgres.contains("://") {
            wrong.push(
                "cards.postgres is no url; write \"host=db.bank.example dbname=payhsm user=payhsm\""
                    .to_owned(),
            );
            return;
        }
        let keys: Vec<_> =
            postgres.split_whitespace().filter_map(|part| part.split_once('=')).collect();
        for (key, instead) in ELSEWHERE {
            if keys.iter().any(|(name, _)| *name == key) {
                wrong.push(format!("cards.postgres has `{key}`; {instead}"));
            }
        }
        if !keys.iter().any(|(name, _)| *name == "user") {
            wrong.push("cards.postgres does not say the user: user=payhsm".to_owned());
        }
        if !keys.iter().any(|(name, _)| ["host", "hostaddr"].contains(name)) {
            wrong.push(
                "cards.postgres does not say where: host=db.bank.example, or host=/run/postgresql"
                    .to_owned(),
            );
        }
    }
}

impl GuardSection {
    fn limits(&self, whose: &str, wrong: &mut Vec<String>) -> Limits {
        for (key, most) in [
            ("calls_per_minute", self.calls_per_minute),
            ("calls_per_hour", self.calls_per_hour),
            ("calls_per_day", self.calls_per_day),
            ("failures_per_minute", self.failures_per_minute),
            ("failures_per_hour", self.failures_per_hour),
            ("failures_per_day", self.failures_per_day),
            ("failures_in_all", self.failures_in_all),
        ] {
            if most == Some(0) {
                wrong.push(format!("cards.{whose}.{key} is 0, and every call would be refused"));
            }
        }
        let [minute, hour] = FAILURES;
        Limits {
            calls: Rates {
                minute: self.calls_per_minute,
                hour: self.calls_per_hour,
                day: self.calls_per_day,
            },
            failures: Rates {
                minute: self.failures_per_minute.or(Some(minute)),
                hour: self.failures_per_hour.or(Some(hour)),
                day: self.failures_per_day,
            },
            failures_in_all: self.failures_in_all,
        }
    }
}
