//! Lists that are longer than an answer: a page at a time.

use payhsm_protocol::compact::Compact;

/// Lines of one page. What a list takes up in memory is bounded as well as its bytes: 64 KiB a field.
const LINES: usize = 200;

/// Bytes of one page, but for its last line.
const BYTES: usize = 32 * 1024;

/// As many as one answer takes, and whether there are others behind them.
pub(super) fn page<T: Compact>(all: impl Iterator<Item = T>) -> (Vec<T>, bool) {
    let (mut lines, mut encoded) = (Vec::new(), Vec::new());
    for line in all {
        if lines.len() >= LINES || encoded.len() >= BYTES {
            return (lines, true);
        }
        // One that cannot be encoded is told when the answer is.
        line.put(&mut encoded).unwrap_or_default();
        lines.push(line);
    }
    (lines, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_bounded_by_lines_and_by_bytes() {
        assert_eq!(page(std::iter::empty::<String>()), (Vec::new(), false));
        let (lines, more) = page((0..200).map(|_| String::new()));
        assert_eq!((lines.len(), more), (200, false));
        let (lines, more) = page((0..201).map(|_| String::new()));
        assert_eq!((lines.len(), more), (200, true));
        let (lines, more) = page((0..40).map(|_| "x".repeat(8192)));
        assert_eq!((lines.len(), more), (4, true));
    }
}
