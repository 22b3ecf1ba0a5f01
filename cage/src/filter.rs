//! The table as a filter of the kernel, over every thread of the process, for good.

use crate::calls::{Answer, Call, Need, calls};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter_all_threads,
};
use std::collections::BTreeMap;

/// Why there is no filter.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// The table does not make a filter.
    #[error("the list of system calls makes no filter: {0}")]
    Unmade(#[from] seccompiler::BackendError),
    /// The kernel does not take it.
    #[error("the kernel takes no filter of system calls (seccomp): {0}")]
    Refused(#[from] seccompiler::Error),
}

/// From now on no thread of this process makes a call that is not on the list for these needs: the first one ends the
/// process (SIGSYS). Gives back how many different calls there are.
///
/// # Errors
/// [`FilterError`]; nothing is in force then, or less than all of it.
pub fn lock(needs: &[Need]) -> Result<usize, FilterError> {
    let missing = program(needs, Answer::NoSuchCall)?;
    let allowed = program(needs, Answer::Made)?;
    // Of two filters that answer one call, the kernel takes the harder answer.
    apply_filter_all_threads(&missing)?;
    apply_filter_all_threads(&allowed)?;
    let mut numbers: Vec<_> = calls(needs).map(|call| call.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers.len())
}

/// The filter for calls with this answer. That of [`Answer::Made`] lets those through that the other one answers.
fn program(needs: &[Need], answer: Answer) -> Result<BpfProgram, FilterError> {
    let own = std::process::id();
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for call in calls(needs).filter(|call| answer == Answer::Made || call.answer == answer) {
        let lines = rules.entry(call.number).or_default();
        if let Some(rule) = rule(call, own)? {
            lines.push(rule);
        }
    }
    let (others, these) = match answer {
        Answer::Made => (SeccompAction::KillProcess, SeccompAction::Allow),
        Answer::NoSuchCall => {
            (SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS.cast_unsigned()))
        }
    };
    let architecture = TargetArch::try_from(std::env::consts::ARCH)?;
    Ok(SeccompFilter::new(rules, others, these, architecture)?.try_into()?)
}

/// None where any arguments will do.
fn rule(call: &Call, own: u32) -> Result<Option<SeccompRule>, FilterError> {
    if call.arguments.is_empty() {
        return Ok(None);
    }
    let conditions = call.arguments.iter().map(|one| {
        let (mask, value) = one.bits(own);
        let equal = SeccompCmpOp::MaskedEq(u64::from(mask));
        SeccompCondition::new(one.index, SeccompCmpArgLen::Dword, equal, u64::from(value))
    });
    Ok(Some(SeccompRule::new(conditions.collect::<Result<_, _>>()?)?))
}

#[cfg(test)]
mod tests {
    use super::program;
    use crate::calls::{Answer, Need, calls};
    use std::collections::BTreeMap;

    #[test]
    fn the_table_makes_filters() {
        for needs in [&[][..], &[Need::Database]] {
            let allowed = program(needs, Answer::Made).unwrap();
            assert!(allowed.len() > 100, "{} instructions", allowed.len());
            assert!(program(needs, Answer::NoSuchCall).unwrap().len() < 16);
        }
    }

    #[test]
    fn a_line_without_conditions_has_its_call_for_itself() {
        // A rule for some arguments beside one for all would be lost, or would take the other away.
        let mut lines: BTreeMap<i64, Vec<bool>> = BTreeMap::new();
        for call in calls(&[Need::Database]) {
            lines.entry(call.number).or_default().push(call.arguments.is_empty());
        }
        for (number, bare) in lines {
            assert!(bare.len() == 1 || bare.iter().all(|bare| !bare), "call {number}");
        }
    }
}
