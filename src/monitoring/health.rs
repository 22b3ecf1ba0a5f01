//! Whether a daemon is ready: whether it would carry out a command that needs keys, a record and rows of cards.

use crate::engine::Engine;
use crate::lifecycle::State;
use serde::Serialize;

/// How it is.
#[derive(Debug, Serialize)]
pub(super) struct Ready {
    pub(super) ready: bool,
    state: &'static str,
    /// Why not, in words for an operator.
    reasons: Vec<String>,
}

#[derive(Serialize)]
struct Live {
    live: bool,
    version: &'static str,
}

/// The process answers: whoever reads this knows that it lives.
pub(super) fn live() -> String {
    text(&Live { live: true, version: env!("CARGO_PKG_VERSION") })
}

/// How an appliance is.
pub(super) fn of(engine: &Engine, stopping: bool) -> Ready {
    let state = engine.state();
    let mut reasons = Vec::new();
    if stopping {
        reasons.push("the daemon is stopping: no new connection is accepted".to_owned());
    }
    match state {
        State::Operational => {}
        State::Sealed => reasons.push("sealed: officers have to unseal it".to_owned()),
        State::Uninitialised => {
            reasons.push("uninitialised: officers have to bring an LMK".to_owned());
        }
        State::Tampered => reasons.push("tampered: officers have to put it right".to_owned()),
    }
    reasons.extend(engine.record_trouble());
    let cards = engine.cards().trouble();
    reasons.extend(cards.map(|why| format!("the rows of cards cannot be used: {why}")));
    Ready { ready: reasons.is_empty(), state: state.name(), reasons }
}

impl Ready {
    pub(super) fn body(&self) -> String {
        text(self)
    }
}

fn text(value: &impl Serialize) -> String {
    // Words and truth values always have a JSON form.
    serde_json::to_string(value).map(|text| text + "\n").unwrap_or_default()
}
