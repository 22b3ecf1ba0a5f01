//! How many files this process may have open, and how many of them connections may be: when none is left, nothing else can be
//! opened either, no journal of the log and no officer's console.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::sync::OnceLock;

/// What stores, log, officers' consoles, the database and files that are read again take at most, with room to spare.
const OTHERS: usize = 96;

/// More than any daemon needs; where there is no limit at all, this is it.
const PLENTY: u64 = 1 << 20;

/// As many files as the process may open. The first time, what the system lets it have is asked for; afterwards nobody can
/// change it from within, and it need not be asked again.
pub(super) fn allowed() -> usize {
    static ALLOWED: OnceLock<usize> = OnceLock::new();
    *ALLOWED.get_or_init(|| {
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let (current, most) = (current.unwrap_or(PLENTY), maximum.unwrap_or(PLENTY).min(PLENTY));
        let raised = Rlimit { current: Some(most), maximum };
        // Where it cannot be raised, it is what it was.
        let files = if most > current && setrlimit(Resource::Nofile, raised).is_ok() {
            most
        } else {
            current
        };
        usize::try_from(files).unwrap_or(usize::MAX)
    })
}

/// What connections may have of so many. A socket that listens takes one for itself, and one for a connection that it accepts
/// in order to close it. However few there are, somebody can call.
pub(super) fn for_connections(allowed: usize, listening: usize) -> usize {
    allowed.saturating_sub(OTHERS + 2 * listening).max(1)
}

#[cfg(test)]
mod tests {
    use super::{OTHERS, allowed, for_connections};

    #[test]
    fn others_have_theirs_first() {
        assert_eq!(for_connections(1024, 8), 1024 - OTHERS - 16);
        assert_eq!(for_connections(OTHERS + 16, 8), 1);
        assert_eq!(for_connections(0, 200), 1);
        assert!(allowed() > OTHERS, "{}", allowed());
    }
}
