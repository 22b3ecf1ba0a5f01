//! Counts that slide by buckets.

use crate::row::{Reader, RowError, Writer};

/// The counts of the last N buckets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window<const N: usize> {
    /// The number of the newest bucket: unix seconds by seconds of a bucket.
    newest: u64,
    /// From the newest back.
    counts: [u32; N],
}

impl<const N: usize> Default for Window<N> {
    fn default() -> Self {
        Self { newest: 0, counts: [0; N] }
    }
}

impl<const N: usize> Window<N> {
    /// Those of the last N buckets, of which `bucket` is the newest, or the newest that there was if that is later.
    pub(super) fn counted(&self, bucket: u64) -> u64 {
        let gone = usize::try_from(bucket.saturating_sub(self.newest)).unwrap_or(N);
        self.counts.iter().take(N.saturating_sub(gone)).map(|count| u64::from(*count)).sum()
    }

    /// One more.
    pub(super) fn count(&mut self, bucket: u64) {
        self.add(bucket, 1);
    }

    /// As many as there were, all of them now: for buckets of another width.
    pub(super) fn carried(&self, bucket: u64) -> Self {
        let all = u32::try_from(self.counted(0)).unwrap_or(u32::MAX);
        let mut carried = Self { newest: bucket, counts: [0; N] };
        carried.add(bucket, all);
        carried
    }

    fn add(&mut self, bucket: u64, more: u32) {
        let gone = usize::try_from(bucket.saturating_sub(self.newest)).unwrap_or(N).min(N);
        self.counts.rotate_right(gone);
        self.counts.iter_mut().take(gone).for_each(|count| *count = 0);
        self.newest = self.newest.max(bucket);
        if let Some(newest) = self.counts.first_mut() {
            *newest = newest.saturating_add(more);
        }
    }

    pub(super) fn put(&self, writer: Writer) -> Writer {
        self.counts.iter().fold(writer.u64(self.newest), |writer, count| writer.u32(*count))
    }

    pub(super) fn take(reader: &mut Reader<'_>) -> Result<Self, RowError> {
        let mut window = Self { newest: reader.u64()?, ..Self::default() };
        for count in &mut window.counts {
            *count = reader.u32()?;
        }
        Ok(window)
    }
}
