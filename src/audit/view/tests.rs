use super::{View, WIDTH, entries_path};
use payhsm_audit::record::{Command, Moment, Record};
use payhsm_audit::tile::put_entry;
use payhsm_protocol::ErrorCode;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A log whose entries are commands; what is signed is written as a daemon does.
struct Log {
    folder: TempDir,
    codes: Vec<[u8; 2]>,
}

impl Log {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), codes: Vec::new() }
    }

    fn size(&self) -> u64 {
        self.codes.len() as u64
    }

    fn bundle(&self, number: u64, width: u64) -> PathBuf {
        self.folder.path().join(entries_path(number, u16::try_from(width).unwrap()))
    }

    /// So many more of this command.
    fn add(&mut self, number: usize, code: [u8; 2]) {
        let from = self.size() / WIDTH;
        self.codes.extend(vec![code; number]);
        for bundle in from..self.size().div_ceil(WIDTH) {
            let width = (self.size() - bundle * WIDTH).min(WIDTH);
            let mut bytes = Vec::new();
            for index in bundle * WIDTH..bundle * WIDTH + width {
                let code = self.codes[usize::try_from(index).unwrap()];
                let command = Command { code, outcome: *b"00", ..Command::default() };
                let mut entry = Vec::new();
                Record::Command(command).put(index, Moment::default(), &mut entry);
                put_entry(&entry, &mut bytes).unwrap();
            }
            let path = self.bundle(bundle, width);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    fn view(&self) -> View {
        View::open(self.folder.path(), self.folder.path().join("retrieved"), self.size())
    }

    /// The counter of the next record.
    fn next(&self, view: &View) -> Result<u32, ErrorCode> {
        let record = view.next(|| self.size())?;
        Ok(u32::from_be_bytes(*record.first_chunk().unwrap()))
    }

    fn release(&self, view: &View) -> Result<u16, ErrorCode> {
        view.release(|| self.size())
    }

    fn all(&self, view: &View) -> Vec<u32> {
        std::iter::from_fn(|| self.next(view).ok()).collect()
    }
}

const NONE: ErrorCode = ErrorCode::NoAuditRecord;
const NO_MORE: ErrorCode = ErrorCode::NoMatchingAuditRecord;

#[test]
fn every_record_comes_once_whatever_the_log_has_grown_to() {
    let mut log = Log::new();
    let view = log.view();
    assert_eq!(log.next(&view), Err(NONE));
    let mut seen = Vec::new();
    for more in [1, 2, 252, 1, 1, 255, 600, 0, 3] {
        log.add(more, *b"CA");
        seen.extend(log.all(&view));
        assert_eq!(log.next(&view), Err(NO_MORE));
        assert!(view.settle(true));
    }
    assert_eq!(seen, (0..u32::try_from(log.size()).unwrap()).collect::<Vec<_>>());
}

#[test]
fn a_start_goes_on_where_answers_were_kept_and_nowhere_else() {
    let mut log = Log::new();
    log.add(300, *b"CA");
    let view = log.view();
    for counter in 0..260 {
        assert_eq!(log.next(&view), Ok(counter));
    }
    assert!(view.settle(true));
    assert_eq!(log.next(&view), Ok(260));
    // No answer left for that one.
    let again = log.view();
    assert_eq!(log.next(&again), Ok(260));
    assert_eq!((log.next(&again), log.next(&again)), (Ok(261), Ok(262)));
    assert!(!again.settle(false));
    assert_eq!(log.next(&again), Ok(260), "its own record was not kept");
    assert!(again.settle(true));
    assert_eq!(log.next(&log.view()), Ok(261));
}

#[test]
fn what_cannot_be_written_does_not_count() {
    let mut log = Log::new();
    log.add(3, *b"CA");
    let nowhere = log.folder.path().join("nowhere/retrieved");
    let view = View::open(log.folder.path(), nowhere, 3);
    assert_eq!((log.next(&view), log.next(&view)), (Ok(0), Ok(1)));
    assert!(!view.settle(true));
    assert_eq!(log.next(&view), Ok(0));
}

#[test]
fn what_asks_for_the_log_is_passed_over_and_never_looked_at_twice() {
    let mut log = Log::new();
    log.add(1, *b"CA");
    log.add(5000, *b"Q2");
    let view = log.view();
    assert_eq!((log.next(&view), log.next(&view)), (Ok(0), Err(NO_MORE)));
    assert_eq!(view.lock().position.next, 5001);
    assert!(view.settle(true));
    assert_eq!(log.release(&view), Ok(1));
    assert!(view.settle(true));
    assert_eq!(log.next(&view), Err(NONE));
    // Nobody retrieves anything: the file follows at a distance.
    log.add(4095, *b"Q2");
    assert_eq!(log.next(&view), Err(NONE));
    assert!(view.settle(true));
    assert_eq!(log.view().lock().position.next, 5001);
    log.add(1, *b"Q2");
    assert_eq!(log.next(&view), Err(NONE));
    assert!(view.settle(true));
    assert_eq!(log.view().lock().position.next, 9097);
    log.add(1, *b"CC");
    assert_eq!(log.next(&view), Ok(9097));
}

#[test]
fn what_was_retrieved_is_let_go_two_thousand_at_a_time() {
    let mut log = Log::new();
    let view = log.view();
    assert_eq!(log.release(&view), Err(NONE));
    log.add(2500, *b"CA");
    assert_eq!(log.release(&view), Err(NO_MORE), "none is retrieved");
    assert_eq!(view.release_archived(|| log.size()), NO_MORE);
    assert_eq!(log.all(&view).len(), 2500);
    assert_eq!(view.release_archived(|| log.size()), NO_MORE);
    assert!(view.settle(true));
    let view = log.view();
    assert_eq!(log.next(&view), Err(NO_MORE));
    assert_eq!((log.release(&view), log.release(&view)), (Ok(2000), Ok(500)));
    assert_eq!(log.release(&view), Err(NONE));
    assert_eq!(view.release_archived(|| log.size()), NONE);
    assert_eq!(log.next(&view), Err(NONE), "all are let go");
    assert!(!view.settle(false));
    assert_eq!(log.release(&view), Ok(2000));
    assert!(log.bundle(0, 256).exists() && log.bundle(9, 2500 - 9 * 256).exists());
}

#[test]
fn what_is_in_an_archive_is_passed_over_and_what_is_missing_is_not() {
    let mut log = Log::new();
    log.add(700, *b"CA");
    for number in [0, 1] {
        fs::remove_file(log.bundle(number, 256)).unwrap();
    }
    let view = log.view();
    assert_eq!(log.next(&view), Ok(512));
    let last = log.bundle(2, 700 - 512);
    let bytes = fs::read(&last).unwrap();
    fs::remove_file(&last).unwrap();
    assert_eq!(log.next(&log.view()), Err(ErrorCode::Internal));
    // Cut short, an entry too few, another one in its place.
    let entry = bytes.len() / (700 - 512);
    let mut other = bytes.clone();
    other[entry + 2 + 2 + 7] ^= 1;
    for wrong in [&bytes[..bytes.len() - 1], &bytes[..bytes.len() - entry], &other] {
        fs::write(&last, wrong).unwrap();
        assert_eq!(log.next(&log.view()), Err(ErrorCode::Internal));
    }
    fs::write(&last, &bytes).unwrap();
    assert_eq!(log.next(&view), Ok(513));
}

#[test]
fn a_file_that_is_none_counts_for_nothing_and_one_that_says_too_much_ends_with_the_log() {
    let mut log = Log::new();
    log.add(3, *b"CA");
    let file = log.folder.path().join("retrieved");
    for (text, first) in [
        ("1 2 0\n", Ok(2)),
        ("1 3 0\n", Err(NONE)),
        ("1 3 1\n", Err(NO_MORE)),
        ("1 9 0\n", Err(NONE)),
        ("1 9 2\n", Err(NO_MORE)),
        ("2 1 0\n", Ok(0)),
        ("1 2 0", Ok(0)),
        ("1 2\n", Ok(0)),
        ("1 -2 0\n", Ok(0)),
        ("", Ok(0)),
    ] {
        fs::write(&file, text).unwrap();
        assert_eq!(log.next(&log.view()), first, "{text:?}");
    }
    fs::write(&file, "1 9 0\n").unwrap();
    let view = log.view();
    log.add(1, *b"CC");
    assert_eq!(log.next(&view), Ok(3), "it goes on where the log ended");
}
