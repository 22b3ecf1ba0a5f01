//! The program as it is called.
#![expect(clippy::unwrap_used, reason = "the functions of a test are tests too")]

use payhsm_load::null_server::{NullServer, Settings};
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_payhsm-load")).args(arguments).output().unwrap()
}

fn complaint(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn json_is_one_object_with_both_sides() {
    let server = NullServer::start(Settings { port: 0, plain: true, threads: 1 }).unwrap();
    let address = server.announcement().address.to_string();
    let arguments = [
        "--plain",
        "--address",
        &address,
        "--command",
        "b2",
        "--connections",
        "4",
        "--depth",
        "2",
        "--seconds",
        "0.5",
        "--null",
        "--json",
    ];
    let output = run(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["command"], "B2");
    assert_eq!(json["dialect"], "host");
    assert_eq!(json["transport"], "plain");
    assert_eq!(json["errors"], 0);
    assert_eq!(json["null_errors"], 0);
    assert!(json["per_second"].as_f64().unwrap() > 100.0);
    assert!(json["null_per_second"].as_f64().unwrap() > 100.0);
    assert!(json["ratio"].as_f64().unwrap() > 0.0);
    assert_eq!(output.stdout.iter().filter(|&&byte| byte == b'\n').count(), 1);

    let output = run(&arguments[..11]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("replies/s") && text.contains("daemon"), "{text}");
}

#[test]
fn complaints_say_what_to_do() {
    let missing = complaint(&run(&["--quickstart", "not-there"]));
    assert!(missing.contains("payhsmd quickstart --dir not-there"), "{missing}");

    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().to_string()
    };
    let nobody = complaint(&run(&["--plain", "--address", &port, "--command", "B2"]));
    assert!(nobody.contains("is it running?"), "{nobody}");

    let keyless = complaint(&run(&["--plain", "--address", &port, "--command", "CA"]));
    assert!(keyless.contains("--quickstart"), "{keyless}");

    let no_tls = complaint(&run(&["--address", &port]));
    assert!(no_tls.contains("--cert"), "{no_tls}");
}
