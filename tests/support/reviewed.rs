//! The table of `tests/policy_cube.txt`: what people have agreed on.

use payhsm::lifecycle::State;
use payhsm::settings::Profile;

/// A line of it.
pub(crate) struct Row {
    pub(crate) code: &'static str,
    pub(crate) profiles: &'static str,
    /// In every state, or operational alone.
    pub(crate) always: bool,
    /// What officers have to authorise.
    pub(crate) activity: Option<&'static str>,
}

impl Row {
    pub(crate) fn has(&self, profile: Profile) -> bool {
        self.profiles.contains(match profile {
            Profile::Development => 'D',
            Profile::Issuer => 'I',
            Profile::Acquirer => 'A',
        })
    }

    /// The code of a refusal, for a caller that has the command or has it not.
    pub(crate) fn refusal(
        &self,
        permitted: bool,
        profile: Profile,
        state: State,
    ) -> Option<&'static str> {
        if !permitted || !self.has(profile) {
            return Some("68");
        }
        match state {
            State::Operational => None,
            _ if self.always => None,
            State::Uninitialised | State::Sealed => Some("70"),
            State::Tampered => Some("73"),
        }
    }
}

pub(crate) fn reviewed() -> Vec<Row> {
    let lines = include_str!("../policy_cube.txt").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let words: Vec<_> = line.split_whitespace().collect();
            let [code, profiles, states, activity] = words[..] else { panic!("{line}") };
            assert!(["always", "operational"].contains(&states), "{line}");
            let always = states == "always";
            Row { code, profiles, always, activity: (activity != "-").then_some(activity) }
        })
        .collect()
}

pub(crate) fn row(code: &str) -> Row {
    reviewed().into_iter().find(|row| row.code == code).unwrap()
}
