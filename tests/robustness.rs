//! A daemon among callers that are broken, slow, silent, greedy or hostile: they are turned away
//! within the limits of the configuration, and good callers do not notice.
//!
//! With `PAYHSM_LONG_TESTS=1` there are ten times as many of them.
#![cfg(test)]

mod support;

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use support::binary::{Caller, Daemon, Folder, connect, framed, pause, tls, wait_for};
use support::random::{Chance, long_tests};

/// What a good caller waits for an answer at most while others misbehave. It is long because the
/// machine that runs tests may be busy with other things.
const QUICKLY: Duration = Duration::from_secs(2);

/// How late a limit may strike, for the same reason.
const PATIENTLY: Duration = Duration::from_secs(5);

/// Reads until the connection ends, and says how long that took.
fn closed_after(stream: &mut TcpStream) -> Duration {
    let start = Instant::now();
    let mut chunk = [0; 4096];
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => {
                let late = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
                assert!(!late, "it was not closed");
                break;
            }
        }
    }
    start.elapsed()
}

/// A good caller asks until `done`; gives back how many answers it had and the slowest.
fn good_caller_until(caller: &mut Caller<TcpStream>, mut done: impl FnMut() -> bool) -> usize {
    let mut answers = 0;
    while !done() {
        let start = Instant::now();
        assert_eq!(caller.ask("B20002hi"), "B300hi");
        assert!(start.elapsed() < QUICKLY, "a good caller waited {:?}", start.elapsed());
        answers += 1;
        pause(Duration::from_millis(5));
    }
    answers
}

/// Bytes that might upset a reader of frames: noise, noise behind a good length, good frames with
/// noise in between, heads of TLS.
fn garbage(chance: &mut Chance) -> Vec<u8> {
    let length = chance.below(600);
    let noise = chance.bytes(length);
    let announced = u16::try_from(length).unwrap().to_be_bytes();
    match chance.below(5) {
        0 => noise,
        1 => [announced.as_slice(), &noise].concat(),
        2 => [framed("B20002hi"), noise].concat(),
        3 => [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".as_slice(), &noise].concat(),
        _ => [framed([b"CA".as_slice(), &noise].concat()), framed(&noise)].concat(),
    }
}

fn throw_garbage(address: SocketAddr, count: usize, seed: u64) {
    let mut chance = Chance::new(seed);
    let mut thrown = 0;
    while thrown < count {
        let group = (count - thrown).min(25);
        let mut streams: Vec<TcpStream> = (0..group).map(|_| connect(address)).collect();
        for stream in &mut streams {
            // The daemon may close before it has read everything.
            drop(stream.write_all(&garbage(&mut chance)));
            drop(stream.shutdown(Shutdown::Write));
        }
        for stream in &mut streams {
            closed_after(stream);
        }
        thrown += group;
    }
}

/// The same from callers with a good certificate, in both dialects.
fn throw_garbage_inside_tls(folder: &Folder, address: SocketAddr, count: usize) {
    let mut chance = Chance::new(13);
    let identity = || Some((folder.path("client.crt"), folder.path("client.key")));
    for number in 0..count {
        let dialect: &[&[u8]] = if number % 2 == 0 { &[] } else { &[b"payhsm/1"] };
        let mut stream = tls(&folder.path("ca.crt"), identity(), dialect, connect(address));
        // The daemon may close before it has read everything.
        drop(stream.write_all(&garbage(&mut chance)).and_then(|()| stream.flush()));
        stream.conn.send_close_notify();
        drop(stream.flush());
        drop(stream.sock.shutdown(Shutdown::Write));
        closed_after(&mut stream.sock);
    }
}

#[test]
fn a_thousand_callers_that_send_garbage_leave_it_answering() {
    let folder = Folder::new();
    let daemon = folder.development("[limits]\nhandshake_seconds = 2\nrequest_seconds = 2");
    let before = daemon.memory();
    let (plain, secure) = (daemon.address(false, None), daemon.address(true, None));
    let mut good = daemon.plain();
    std::thread::scope(|scope| {
        let count = 500 * long_tests();
        let folder = &folder;
        let throwers = [
            scope.spawn(move || throw_garbage(plain, count, 11)),
            scope.spawn(move || throw_garbage(secure, count, 12)),
            scope.spawn(move || throw_garbage_inside_tls(folder, secure, count / 10)),
        ];
        let done = || throwers.iter().all(std::thread::ScopedJoinHandle::is_finished);
        assert!(good_caller_until(&mut good, done) > 0);
    });
    let mut caller = folder.host_client("client", secure);
    assert_eq!(caller.ask("B20002hi"), "B300hi");
    let grown = daemon.memory().saturating_sub(before);
    assert!(grown < 64 << 20, "it grew by {grown} bytes");
    assert!(!daemon.log.contain("panicked"), "{:#?}", daemon.log.all());
}

#[test]
fn silent_and_slow_callers_are_closed_and_good_ones_do_not_notice() {
    let folder = Folder::new();
    let limits = "[limits]\nhandshake_seconds = 1\nidle_seconds = 2\nrequest_seconds = 1";
    let daemon = folder.development(limits);
    let (plain, secure) = (daemon.address(false, None), daemon.address(true, None));
    let many = 20 * long_tests();

    let start = Instant::now();
    // Says nothing; says nothing where TLS is expected; sends the half of a frame and no more.
    let silent: Vec<_> = (0..many).map(|_| connect(plain)).collect();
    let silent_tls: Vec<_> = (0..many).map(|_| connect(secure)).collect();
    let half = |_| {
        let mut stream = connect(plain);
        stream.write_all(&framed("B20002hi")[..7]).unwrap();
        stream
    };
    let halves: Vec<_> = (0..many).map(half).collect();
    // Sends one byte at a time, each well before any pause would be noticed: of a frame that is
    // long enough to take minutes.
    let drips: Vec<_> = (0..many).map(|_| connect(plain)).collect();
    let long = framed([b'x'; 2000]);
    let mut good = daemon.plain();
    std::thread::scope(|scope| {
        let slow = scope.spawn(move || {
            let mut open = drips;
            for byte in long {
                open.retain_mut(|stream| stream.write_all(&[byte]).is_ok());
                if open.is_empty() {
                    break;
                }
                pause(Duration::from_millis(20));
            }
            assert!(open.is_empty(), "{} slow callers are still there", open.len());
            start.elapsed()
        });
        let close = |streams: Vec<TcpStream>| {
            streams.into_iter().for_each(|mut stream| {
                closed_after(&mut stream);
            });
            start.elapsed()
        };
        let waits = [
            scope.spawn(move || close(silent)),
            scope.spawn(move || close(silent_tls)),
            scope.spawn(move || close(halves)),
            slow,
        ];
        let done = || waits.iter().all(std::thread::ScopedJoinHandle::is_finished);
        let answers = good_caller_until(&mut good, done);
        assert!(answers > 50, "{answers} answers");
        for (wait, limit) in waits.into_iter().zip([2, 1, 1, 1]) {
            let wait = wait.join().unwrap();
            let limit = Duration::from_secs(limit);
            let late = limit + PATIENTLY;
            assert!((limit..late).contains(&wait), "closed after {wait:?}, limit {limit:?}");
        }
    });
    // Each is told, or counted where there are too many to tell.
    let slow = "TLS handshake took too long";
    let said = |text| daemon.log.count(text);
    let all = || said("Idle") + said("TooSlow") + said(slow) + untold(&daemon);
    wait_for("what the log says", || all() == 4 * many);
    // Idle ones end by themselves; the others together, and who comes first is told.
    assert!(said("Idle") > 0 && said("TooSlow") + said(slow) > 0);
}

/// Ends of connections that the log does not tell one by one.
fn untold(daemon: &Daemon) -> usize {
    let lines = daemon.log.all().into_iter().filter(|line| line.contains("connections ended too"));
    let number = |line: String| {
        let (_, rest) = line.split_once("\"more\":").unwrap();
        rest.split(|letter: char| !letter.is_ascii_digit())
            .next()
            .unwrap()
            .parse::<usize>()
            .unwrap()
    };
    lines.map(number).sum()
}

#[test]
fn connections_beyond_the_limit_are_refused_and_the_others_stay() {
    let folder = Folder::new();
    let daemon = folder.development("[limits]\nconnections = 10");
    let plain = daemon.address(false, None);
    let mut admitted: Vec<_> = (0..10).map(|_| Caller::new(connect(plain))).collect();
    for caller in &mut admitted {
        assert_eq!(caller.ask("B20002hi"), "B300hi");
    }
    for address in [plain, daemon.address(true, None), daemon.address(false, Some("01"))] {
        for _ in 0..10 * long_tests() {
            let wait = closed_after(&mut connect(address));
            assert!(wait < QUICKLY, "refused after {wait:?}");
        }
    }
    let refusals = 30 * long_tests();
    wait_for("the log", || daemon.log.count("connection limit reached") >= 1);
    // Told at most once a second: a flood does not flood the log.
    assert!(daemon.log.count("connection limit reached") < refusals);
    let lines = daemon.log.all();
    let line = lines.iter().find(|line| line.contains("connection limit reached")).unwrap();
    assert!(line.contains("\"refused\":1") && line.contains("\"limit\":10"), "{line}");
    assert!(line.contains("\"peer\":\"127.0.0.1:"), "{line}");
    for caller in &mut admitted {
        assert_eq!(caller.ask("B20002hi"), "B300hi");
    }
    // A place that becomes free is free.
    admitted.pop();
    wait_for("a free place", || {
        let mut caller = Caller::new(connect(plain));
        // It may be refused before it has asked.
        let sent = caller.stream.write_all(&framed("B20002hi"));
        sent.is_ok() && caller.receive().as_deref() == Some("B300hi")
    });
}

/// Sends large requests and takes no answer, until the daemon has had enough.
fn shut_out(mut stream: impl Write, request: &[u8]) -> Duration {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(15) {
        if stream.write_all(request).is_err() {
            return start.elapsed();
        }
    }
    panic!("it still listens to a caller that never reads");
}

#[test]
fn a_caller_that_never_reads_its_answers_is_closed() {
    let folder = Folder::new();
    let daemon = folder.development("[limits]\nrequest_seconds = 1");
    let request = framed([b"B27000".as_slice(), &[b'x'; 0x7000]].concat());
    let mut good = daemon.plain();
    assert_eq!(good.ask("B20002hi"), "B300hi");
    let before = daemon.memory();
    std::thread::scope(|scope| {
        let mut greedy: Vec<_> = (0..5 * long_tests())
            .map(|_| {
                let stream = connect(daemon.address(false, None));
                scope.spawn(|| shut_out(stream, &request))
            })
            .collect();
        let secure = folder.host_client("client", daemon.address(true, None)).stream;
        greedy.push(scope.spawn(|| shut_out(secure, &request)));
        let done = || greedy.iter().all(std::thread::ScopedJoinHandle::is_finished);
        good_caller_until(&mut good, done);
        for one in greedy {
            let wait = one.join().unwrap();
            assert!(wait < Duration::from_secs(10), "closed after {wait:?}");
        }
    });
    wait_for("the log", || daemon.log.count("TooSlow") > 5 * long_tests());
    let grown = daemon.memory().saturating_sub(before);
    assert!(grown < (32 << 20) * long_tests(), "it grew by {grown} bytes");
}

#[test]
fn a_pipeline_that_is_never_empty_starves_nobody() {
    let folder = Folder::new();
    let daemon = folder.development("");
    let mut good = daemon.plain();
    let plain = daemon.address(false, None);
    std::thread::scope(|scope| {
        let busy: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(move || {
                    let mut stream = connect(plain);
                    let mut reader = stream.try_clone().unwrap();
                    let request = framed("B20002hi").repeat(500);
                    let rounds = 20 * long_tests();
                    let answers = rounds * 500 * framed("B300hi").len();
                    let reading = std::thread::spawn(move || {
                        let mut all = vec![0; answers];
                        reader.read_exact(&mut all).map(|()| all)
                    });
                    for _ in 0..rounds {
                        stream.write_all(&request).unwrap();
                    }
                    let all = reading.join().unwrap().unwrap();
                    assert_eq!(all, framed("B300hi").repeat(rounds * 500));
                })
            })
            .collect();
        let done = || busy.iter().all(std::thread::ScopedJoinHandle::is_finished);
        good_caller_until(&mut good, done);
    });
}

#[test]
fn a_caller_whose_segments_always_end_within_a_frame_is_not_slow() {
    let folder = Folder::new();
    let daemon = folder.development("[limits]\nrequest_seconds = 1");
    let mut caller = daemon.plain();
    let frame = framed("B20002hi");
    let (head, rest) = frame.split_at(5);
    let segment = [rest, &frame, head].concat();
    caller.stream.write_all(head).unwrap();
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(2500) {
        caller.stream.write_all(&segment).unwrap();
        for _ in 0..2 {
            assert_eq!(caller.receive().as_deref(), Some("B300hi"), "{:?}", start.elapsed());
        }
        pause(Duration::from_millis(100));
    }
}

#[test]
fn it_stops_in_time_whatever_callers_do() {
    let folder = Folder::new();
    let mut daemon: Daemon =
        folder.development("[limits]\nhandshake_seconds = 1\nrequest_seconds = 1");
    let plain = daemon.address(false, None);
    let mut held: Vec<_> = (0..20).map(|_| connect(plain)).collect();
    held.extend((0..20).map(|_| connect(daemon.address(true, None))));
    for stream in &mut held {
        stream.write_all(b"\x00\x20half of a frame").unwrap();
    }
    let request = framed([b"B27000".as_slice(), &[b'x'; 0x7000]].concat());
    std::thread::scope(|scope| {
        let greedy = connect(plain);
        let greedy = scope.spawn(|| shut_out(greedy, &request));
        pause(Duration::from_millis(300));
        let asked = Instant::now();
        daemon.terminate();
        assert_eq!(daemon.end().code(), Some(0));
        assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
        drop(greedy.join());
    });
    drop(held);
}

#[test]
fn it_stops_in_time_while_callers_go_on_asking() {
    let folder = Folder::new();
    let mut daemon = folder.development("[limits]\nrequest_seconds = 1");
    let plain = daemon.address(false, None);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let mut stream = connect(plain);
            let mut reader = stream.try_clone().unwrap();
            scope.spawn(move || {
                let request = framed("B20002hi").repeat(2000);
                while stream.write_all(&request).is_ok() {}
            });
            scope.spawn(move || closed_after(&mut reader));
        }
        pause(Duration::from_millis(300));
        let asked = Instant::now();
        daemon.terminate();
        assert_eq!(daemon.end().code(), Some(0));
        assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
    });
}
