//! Whoever asks oddly, slowly or too much.

use crate::MONITORING;
use crate::support::binary::{Folder, connect, pause, wait_for};
use crate::support::monitoring::{address, ask, get};
use std::io::Read;
use std::io::Write;
use std::time::{Duration, Instant};

#[test]
fn three_paths_are_got_and_nothing_else() {
    let folder = Folder::new();
    let daemon = folder.development(MONITORING);
    let monitors = address(&daemon);
    for path in ["/metrics", "/health/live", "/health/ready", "/metrics?x=1"] {
        let answer = get(monitors, path);
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
    for path in ["/", "/metrics/", "/health", "/../etc/passwd", "/METRICS"] {
        assert_eq!(get(monitors, path).status, 404, "{path}");
    }
    for method in ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "BREW"] {
        let question =
            format!("{method} /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
        let answer = ask(monitors, question.as_bytes()).unwrap();
        assert_eq!((answer.status, &*answer.headers["allow"]), (405, "GET"), "{method}");
    }
    // One question a connection.
    let twice = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2);
    let answer = ask(monitors, twice.as_bytes()).unwrap();
    assert_eq!((answer.status, &*answer.headers["connection"]), (200, "close"));
    // What is no HTTP, is too long, or has too many headers.
    let many: String = (0..100).map(|number| format!("X-{number}: y\r\n")).collect();
    for odd in [
        "\0\u{1}\u{2}\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000)),
        format!("GET /metrics HTTP/1.1\r\n{many}\r\n"),
    ] {
        let answer = ask(monitors, odd.as_bytes());
        assert!(answer.is_none_or(|answer| (400..=499).contains(&answer.status)));
    }
    assert_eq!(get(monitors, "/health/live").status, 200);
}

#[test]
fn who_is_slow_keeps_nobody_waiting_for_long() {
    let folder = Folder::new();
    let daemon = folder.development(MONITORING);
    let monitors = address(&daemon);
    let start = Instant::now();
    // More than there are places, each with half a question.
    let slow: Vec<_> = (0..24)
        .map(|_| {
            let mut stream = connect(monitors);
            stream.write_all(b"GET /metrics HTTP/1.1\r\nHost").unwrap();
            stream
        })
        .collect();
    pause(Duration::from_millis(100));
    assert_eq!(get(monitors, "/health/live").status, 200);
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    // Those who had a place have lost it.
    for mut stream in slow.into_iter().take(16) {
        assert_eq!(stream.read(&mut [0; 64]).unwrap_or(0), 0);
    }
    let mut plain = daemon.plain();
    assert!(plain.ask("NC").starts_with("ND00"));
}

#[test]
fn nowhere_unless_it_is_asked_for_and_never_on_a_port_of_callers() {
    let folder = Folder::new();
    let daemon = folder.development("");
    assert!(!daemon.log.contain("monitors are answered"));
    // A port that somebody else has: told at the start, by name.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let rest = format!("[monitoring]\nlisten = '{}'\n", taken.local_addr().unwrap());
    let config = crate::configuration("development", true, &rest);
    let path = folder.write("taken.toml", &config);
    let mut refused = crate::Daemon::start(&["--config", path.to_str().unwrap()]);
    assert!(!refused.end().success());
    wait_for("the reason", || refused.log.contain("monitoring.listen: cannot listen on"));
}
