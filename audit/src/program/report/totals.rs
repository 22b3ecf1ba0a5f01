//! What a report counts.

use crate::record::{Entry, Record, event};
use std::collections::{BTreeMap, VecDeque};

/// How many records a list of the report shows at most: the last ones.
pub(super) const LISTED: usize = 500;

/// The widths that a column of the charts may have, in seconds.
const STEPS: [u64; 19] = [
    1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400, 172_800, 604_800,
    2_592_000, 31_536_000,
];

/// The most columns of a chart.
const COLUMNS: u64 = 60;

/// The columns of the charts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    /// Microseconds since 1970.
    pub(super) start: u64,
    /// Microseconds of a column.
    pub(super) step: u64,
    pub(super) count: usize,
}

impl Columns {
    pub(super) fn over(first: u64, last: u64) -> Self {
        let micros = STEPS.map(|step| step * 1_000_000);
        let needed = |step: u64| (last / step).saturating_sub(first / step) + 1;
        let fitting = micros.into_iter().find(|step| needed(*step) <= COLUMNS);
        let step = fitting.unwrap_or_else(|| last.saturating_sub(first) / COLUMNS + 1);
        let count = usize::try_from(needed(step).min(COLUMNS + 1)).unwrap_or(1);
        Self { start: first / step * step, step, count }
    }

    fn of(self, wall: u64) -> usize {
        let at = wall.saturating_sub(self.start) / self.step;
        usize::try_from(at).unwrap_or(usize::MAX).min(self.count - 1)
    }
}

/// Numbers over time, by name.
pub(super) type Series = BTreeMap<String, Vec<u64>>;

/// The last records of a kind, and how many there were.
#[derive(Debug, Default)]
pub(super) struct List {
    pub(super) count: u64,
    pub(super) last: VecDeque<Entry>,
}

impl List {
    fn push(&mut self, entry: Entry) {
        self.count += 1;
        if self.last.len() == LISTED {
            self.last.pop_front();
        }
        self.last.push_back(entry);
    }
}

/// What the records come to.
#[derive(Debug)]
pub(super) struct Totals {
    pub(super) columns: Columns,
    pub(super) by_command: Series,
    pub(super) by_result: Series,
    /// By command and result.
    pub(super) table: BTreeMap<String, BTreeMap<String, u64>>,
    /// By caller: commands, and those that were refused.
    pub(super) callers: BTreeMap<String, (u64, u64)>,
    pub(super) refusals: List,
    /// Refusals by result, command and caller.
    pub(super) refused: BTreeMap<(String, String, String), u64>,
    pub(super) acts: List,
    pub(super) events: List,
    /// Events that an auditor asks about, by name.
    pub(super) gaps: u64,
    pub(super) steps: u64,
    pub(super) relaxed: u64,
    pub(super) starts: u64,
    pub(super) stops: u64,
}

impl Totals {
    pub(super) fn over(first: u64, last: u64) -> Self {
        Self {
            columns: Columns::over(first, last),
            by_command: Series::new(),
            by_result: Series::new(),
            table: BTreeMap::new(),
            callers: BTreeMap::new(),
            refusals: List::default(),
            refused: BTreeMap::new(),
            acts: List::default(),
            events: List::default(),
            gaps: 0,
            steps: 0,
            relaxed: 0,
            starts: 0,
            stops: 0,
        }
    }

    pub(super) fn add(&mut self, entry: Entry) {
        match &entry.record {
            Record::Command(command) => {
                let code = command.code.escape_ascii().to_string();
                let result = command.outcome.escape_ascii().to_string();
                let refused = command.outcome != *b"00";
                let at = self.columns.of(entry.moment.wall);
                let columns = self.columns.count;
                for (series, name) in
                    [(&mut self.by_command, &code), (&mut self.by_result, &result)]
                {
                    let line = series.entry(name.clone()).or_insert_with(|| vec![0; columns]);
                    if let Some(number) = line.get_mut(at) {
                        *number += 1;
                    }
                }
                let caller = self.callers.entry(command.caller.clone()).or_default();
                caller.0 += 1;
                caller.1 += u64::from(refused);
                *self.table.entry(code.clone()).or_default().entry(result.clone()).or_default() +=
                    1;
                if refused {
                    *self.refused.entry((result, code, command.caller.clone())).or_default() += 1;
                    self.refusals.push(entry);
                }
            }
            Record::Act(_) => self.acts.push(entry),
            Record::Event(one) => {
                match one.name.as_str() {
                    event::GAP => self.gaps += 1,
                    event::CLOCK => self.steps += 1,
                    event::DURABILITY => self.relaxed += 1,
                    event::START => self.starts += 1,
                    event::STOP => self.stops += 1,
                    _ => {}
                }
                self.events.push(entry);
            }
        }
    }

    pub(super) fn commands(&self) -> u64 {
        self.callers.values().map(|(all, _)| all).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Columns;

    #[test]
    fn columns_cover_all_of_the_time() {
        for (first, last) in [
            (0, 0),
            (5, 5_000_000),
            (1_795_333_212_000_000, 1_795_420_000_000_000),
            (0, u64::MAX),
            (9, 3),
        ] {
            let columns = Columns::over(first, last);
            assert!((1..=61).contains(&columns.count), "{columns:?}");
            assert!(
                columns.start <= first
                    && columns.of(last) < columns.count
                    && columns.of(u64::MAX) < columns.count
            );
        }
    }
}
