//! A process that is killed in the middle of its work: whatever it was promised is there.

use crate::{increment, key, read_number, suite};
use payhsm_state::{Embedded, Postgres, RowKey, Store};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Where the rows of the process are: `file:` and a path, or a url.
const WHERE: &str = "PAYHSM_TEST_KILLED";

const THREADS: u8 = 4;

fn rows(id: [u8; 16]) -> Vec<RowKey> {
    let row = |thread| RowKey { kind: 20 + thread, id };
    (0..THREADS).map(row).collect()
}

/// The process, when it is one; otherwise a test of nothing.
#[test]
fn the_process_that_is_killed() {
    let Ok(place) = std::env::var(WHERE) else { return };
    let (id, place) = place.split_once(' ').unwrap();
    let id: [u8; 16] = std::array::from_fn(|at| id.as_bytes()[at]);
    let store: Box<dyn Store> = match place.strip_prefix("file:") {
        Some(path) => Box::new(Embedded::open(path).unwrap()),
        None => Box::new(Postgres::connect(place, None).unwrap()),
    };
    std::thread::scope(|scope| {
        for (thread, row) in (0..).zip(rows(id)) {
            let store = &store;
            scope.spawn(move || {
                for number in 1_u64.. {
                    increment(&**store, &[row]).unwrap();
                    let line = format!("kept {thread} {number}\n");
                    // In one piece, and past the harness.
                    std::io::stdout().write_all(line.as_bytes()).unwrap();
                }
            });
        }
    });
}

/// Lets a process change rows at `place`, kills it, and looks.
pub(crate) fn nothing_is_lost(place: &str, open: suite::Open<'_>) {
    let mut kept = [0_u64; THREADS as usize];
    // 16 letters that are rows of this run, and go into a variable.
    let name = key(0, 0).id[..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let id = name.as_bytes().try_into().unwrap();
    for round in 1..=3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed::the_process_that_is_killed", "--nocapture"])
            .env(WHERE, format!("{name} {place}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut told = 0;
        while let Some(Ok(line)) = lines.next() {
            let mut words = line.split(' ').skip_while(|word| !word.ends_with("kept")).skip(1);
            let (Some(thread), Some(_)) = (words.next(), words.next()) else { continue };
            kept[thread.parse::<usize>().unwrap()] += 1;
            told += 1;
            if told == 150 {
                // SIGKILL, in the middle of it; what it said before that is still read.
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        assert!(told >= 150, "round {round}: the process ended by itself after {told}");
        let store = open();
        for (row, kept) in rows(id).into_iter().zip(&mut kept) {
            let found = read_number(&*store, row);
            assert!(found >= *kept, "round {round}: {found} of {kept}");
            assert!(found <= *kept + 1, "round {round}: {found} and not {kept}");
            *kept = found;
        }
    }
}
