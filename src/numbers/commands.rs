//! Commands, by what was answered, and how long that took.

use super::{Counter, Histogram, Observed};
use payhsm_protocol::{ErrorCode, Opcode};
use std::time::Duration;

/// All commands, and one place for what is no command.
const COMMANDS: usize = Opcode::ALL.len() + 1;

/// What was asked for.
#[derive(Debug)]
pub struct CommandNumbers(Box<[OneCommand]>);

#[derive(Debug)]
struct OneCommand {
    /// In the order of the registry.
    codes: Codes,
    times: Histogram,
}

/// A count for each code.
#[derive(Debug)]
pub(super) struct Codes(Box<[Counter]>);

impl Default for Codes {
    fn default() -> Self {
        Self(ErrorCode::ALL.iter().map(|_| Counter::default()).collect())
    }
}

impl Codes {
    pub(super) fn count(&self, code: ErrorCode, times: u64) {
        if let Some(counter) = self.0.get(code as usize) {
            counter.add(times);
        }
    }

    pub(super) fn of(&self, code: ErrorCode) -> u64 {
        self.0.get(code as usize).map_or(0, Counter::get)
    }

    pub(super) fn all(&self) -> u64 {
        self.0.iter().map(Counter::get).sum()
    }

    /// Codes that were answered at all.
    pub(super) fn answered(&self) -> impl Iterator<Item = (ErrorCode, u64)> {
        let all = ErrorCode::ALL.iter().zip(&self.0).map(|(code, count)| (*code, count.get()));
        all.filter(|(_, count)| *count > 0)
    }
}

impl Default for CommandNumbers {
    fn default() -> Self {
        let one = |_| OneCommand { codes: Codes::default(), times: Histogram::default() };
        Self((0..COMMANDS).map(one).collect())
    }
}

impl CommandNumbers {
    pub(super) fn count(
        &self,
        command: Option<Opcode>,
        code: ErrorCode,
        times: u64,
        took: Duration,
    ) {
        if let Some(one) = self.one(command) {
            one.codes.count(code, times);
            one.times.observe(took, times);
        }
    }

    fn one(&self, command: Option<Opcode>) -> Option<&OneCommand> {
        self.0.get(command.map_or(Opcode::ALL.len(), |opcode| opcode as usize))
    }

    /// How often a command was asked for, whatever was answered; `None` for what is no command.
    #[must_use]
    pub fn calls(&self, command: Option<Opcode>) -> u64 {
        self.one(command).map_or(0, |one| one.codes.all())
    }

    /// How often it got this answer.
    #[must_use]
    pub fn answers(&self, command: Option<Opcode>, code: ErrorCode) -> u64 {
        self.one(command).map_or(0, |one| one.codes.of(code))
    }

    /// The answers that it got at all, in the order of the registry.
    pub fn by_code(&self, command: Option<Opcode>) -> impl Iterator<Item = (ErrorCode, u64)> {
        self.one(command).into_iter().flat_map(|one| one.codes.answered())
    }

    /// How long it took, from the bytes of a batch to its answers being ready.
    #[must_use]
    pub fn times(&self, command: Option<Opcode>) -> Observed {
        self.one(command).map(|one| one.times.observed()).unwrap_or_default()
    }

    /// Every command in the order of the table, and `None` behind them.
    pub fn each() -> impl Iterator<Item = Option<Opcode>> {
        Opcode::ALL.iter().copied().map(Some).chain([None])
    }
}

#[cfg(test)]
mod tests {
    use super::CommandNumbers;
    use payhsm_protocol::{ErrorCode, Opcode};
    use std::time::Duration;

    #[test]
    fn every_command_and_every_code_has_a_place_of_its_own() {
        let numbers = CommandNumbers::default();
        let mut times = 0;
        for command in CommandNumbers::each() {
            for &code in ErrorCode::ALL {
                times += 1;
                numbers.count(command, code, times, Duration::from_micros(20));
            }
        }
        let mut expected = 0;
        for command in CommandNumbers::each() {
            let before = expected;
            for &code in ErrorCode::ALL {
                expected += 1;
                assert_eq!(numbers.answers(command, code), expected, "{command:?} {code:?}");
            }
            assert_eq!(numbers.calls(command), (before + 1..=expected).sum::<u64>());
            assert_eq!(numbers.by_code(command).count(), ErrorCode::ALL.len());
            assert_eq!(numbers.times(command).count, numbers.calls(command));
        }
        assert_eq!(CommandNumbers::each().count(), Opcode::ALL.len() + 1);
    }
}
