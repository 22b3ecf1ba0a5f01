//! What monitors are told over HTTP: numbers in the text form of Prometheus, whether the daemon lives, whether it is ready.
//!
//! Here is what is said; `net` has the socket. Names, codes and numbers alone: no message, no key, no card, no address of a
//! caller. docs/monitoring.md tells of every number.

mod health;
mod metrics;
mod page;

use crate::engine::Engine;
use crate::net::NewTerms;
use crate::settings::Profile;
use std::sync::Arc;

/// The text form of Prometheus.
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";
const JSON: &str = "application/json";

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// `/metrics`: the numbers.
    Metrics,
    /// `/health/live`: whether the daemon answers at all.
    Live,
    /// `/health/ready`: whether it would carry out a command.
    Ready,
}

impl Asked {
    /// What a path asks for.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        match path {
            "/metrics" => Some(Self::Metrics),
            "/health/live" => Some(Self::Live),
            "/health/ready" => Some(Self::Ready),
            _ => None,
        }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Whether all is well: 200 and not 503.
    pub well: bool,
    /// The kind of the text.
    pub content_type: &'static str,
    /// The text.
    pub body: String,
}

/// Who knows.
#[derive(Debug)]
pub struct Monitor {
    engine: Arc<Engine>,
    terms: NewTerms,
    profile: Profile,
}

impl Monitor {
    /// For a daemon with this engine that serves on these terms.
    #[must_use]
    pub fn new(engine: Arc<Engine>, terms: NewTerms) -> Self {
        let profile = engine.settings().profile;
        Self { engine, terms, profile }
    }

    /// What was asked for. Asking a store how it is may take time.
    #[must_use]
    pub fn tell(&self, asked: Asked, stopping: bool) -> Told {
        match asked {
            Asked::Metrics => {
                let body = metrics::of(self, stopping);
                Told { well: true, content_type: METRICS, body }
            }
            Asked::Live => Told { well: true, content_type: JSON, body: health::live() },
            Asked::Ready => {
                let ready = health::of(&self.engine, stopping);
                Told { well: ready.ready, content_type: JSON, body: ready.body() }
            }
        }
    }
}
