//! Time against secrets: the clock of the processor, and Welch's t-test after dudect (Reparaz, Balasch, Verbauwhede, DATE 2017).
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ticks and counts are far below 2^52"
)]

/// Ticks since some moment; nanoseconds where we do not know how to read those.
#[cfg(target_arch = "x86_64")]
#[must_use]
pub fn now() -> u64 {
    use core::arch::x86_64::{_mm_lfence, _rdtsc};
    // SAFETY: every x86-64 processor has SSE2. What was begun is waited for, on either side.
    unsafe { _mm_lfence() };
    // SAFETY: reads a clock.
    let now = unsafe { _rdtsc() };
    // SAFETY: as above.
    unsafe { _mm_lfence() };
    now
}

/// Ticks since some moment; nanoseconds where we do not know how to read those.
#[cfg(not(target_arch = "x86_64"))]
#[must_use]
pub fn now() -> u64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    let start = START.get_or_init(std::time::Instant::now);
    start.elapsed().as_nanos().try_into().unwrap_or(u64::MAX)
}

/// Above it the means of two classes differ: less than one in 10^5 by chance.
pub const BAR: f64 = 4.5;

/// How often a test is run.
pub const RUNS: usize = 3;

/// What the largest |t| of each run come to; nothing where none is over the bar. One that is is noise, a leak is over it every
/// time.
#[must_use]
pub fn verdict(found: [f64; RUNS]) -> &'static str {
    match found.iter().filter(|t| **t >= BAR).count() {
        0 => "",
        1 => "once over",
        2 => "twice over",
        3.. => "LEAKS",
    }
}

/// The largest |t| of two classes of samples over many crops of the slow ones, and the median of all.
///
/// A sample is how long something took, and whether it was of the second class. The first hundredth are left out: they are
/// slow for other reasons.
#[must_use]
pub fn largest_t(times: &[(u64, bool)]) -> (f64, u64) {
    let times = times.get(times.len() / 100..).unwrap_or_default();
    let mut sorted: Vec<u64> = times.iter().map(|(ticks, _)| *ticks).collect();
    sorted.sort_unstable();
    let last = sorted.len().saturating_sub(1) as f64;
    let crop = |part: f64| sorted.get((last * part) as usize).copied().unwrap_or(0);
    // dudect's choice: 1 - 0.5^(10 n / 100), and all.
    let crops = (0..100).map(|n| crop(1.0 - 0.5_f64.powf(10.0 * f64::from(n + 1) / 100.0)));
    let t = crops.chain([u64::MAX]).map(|most| welch(times, most)).fold(0.0, f64::max);
    (t, crop(0.5))
}

/// |t| of the samples up to `most`; 0 where there are too few to tell.
fn welch(times: &[(u64, bool)], most: u64) -> f64 {
    let mut moments = [[0.0; 3]; 2];
    let [first, second] = &mut moments;
    for (ticks, class) in times.iter().filter(|(ticks, _)| *ticks <= most) {
        let [count, mean, squares] = if *class { &mut *second } else { &mut *first };
        *count += 1.0;
        let off = *ticks as f64 - *mean;
        *mean += off / *count;
        *squares += off * (*ticks as f64 - *mean);
    }
    let [[n0, mean0, squares0], [n1, mean1, squares1]] = moments;
    let spread: f64 = squares0 / (n0 - 1.0) / n0 + squares1 / (n1 - 1.0) / n1;
    if n0.min(n1) < 1_000.0 || spread <= 0.0 {
        0.0
    } else {
        ((mean0 - mean1) / spread.sqrt()).abs()
    }
}

#[cfg(test)]
mod tests {
    use super::{largest_t, now, verdict};

    /// Samples that spread over some ticks; those of the second class take `more`.
    fn samples(more: u64) -> Vec<(u64, bool)> {
        let sample = |n: u64| {
            let class = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 63 == 1;
            let spread = n.wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 57;
            (1_000 + spread + if class { more } else { 0 }, class)
        };
        (0..50_000).map(sample).collect()
    }

    #[test]
    fn a_difference_of_ticks_is_told_from_chance() {
        let (none, median) = largest_t(&samples(0));
        assert!(none < 4.5, "{none}");
        assert!((1_040..1_090).contains(&median), "{median}");
        assert!(largest_t(&samples(4)).0 > 10.0);
        assert!(largest_t(&[]).0 == 0.0);
    }

    #[test]
    fn one_run_over_the_bar_is_noise() {
        let said =
            [[4.4, 0.0, 1.0], [4.5, 0.0, 1.0], [9.0, 4.4, 5.0], [4.5, 4.6, 100.0]].map(verdict);
        assert_eq!(said, ["", "once over", "twice over", "LEAKS"]);
    }

    #[test]
    fn the_clock_goes_on() {
        let start = now();
        assert!((0..1_000).map(|_| now()).max().unwrap() > start);
    }
}
