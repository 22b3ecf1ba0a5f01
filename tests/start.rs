//! How a daemon starts: what is wrong with its configuration, its ports, the state that it is in.
#![cfg(test)]

mod support;

use support::binary::{Daemon, Folder, configuration, payhsmd};
use support::callers::{by_name, config, entry, folder};

#[test]
fn check_config_tells_everything_at_once() {
    let folder = folder();
    let broken = config(&[
        entry("a b", &by_name("api.bank.example"), "commands = ['XX']"),
        entry("twice", &format!("certificate = 'beef'\n{}", by_name("x.example")), ""),
    ]);
    let broken = broken.replace("'ca.crt'", "'gone.crt'");
    let broken =
        broken.replace("plain =", "lmks = [7, 7]\nplain =") + "\n[host]\npin_length = 99\n";
    let path = folder.write("broken.toml", &broken);
    let output = payhsmd(&["check-config", "--config", path.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    for words in [
        "listen.lmks: 7",
        "host.pin_length is 99",
        "(`a b`): name has",
        "`XX`",
        "one of them",
        "gone.crt",
    ] {
        assert!(said.contains(words), "{words} is not in:\n{said}");
    }
}

#[test]
fn an_lmk_has_its_port_whether_it_is_loaded_or_not() {
    let folder = folder();
    let callers = [entry("api", &by_name("api.bank.example"), "commands = ['*']")];
    let config = config(&callers).replace("plain =", "lmks = [2, 5]\nplain =");
    let daemon = Daemon::configured(&folder, &config, 6);
    let ask = |lmk: &str| folder.host_client("api", daemon.address(true, Some(lmk))).ask("NC");
    assert!(ask("02").starts_with("ND009D04A0"));
    assert_eq!(ask("05"), "ND13");
}

#[test]
fn a_production_daemon_starts_sealed_or_uninitialised_and_says_so() {
    let folder = Folder::new();
    for (made, state) in [(false, "UNINITIALISED"), (true, "SEALED       ")] {
        if made {
            std::fs::write(folder.path("state-issuer/lmk.toml"), "").unwrap();
        }
        let config = configuration("issuer", false, "").replace("[tls]", "lmks = [0]\n[tls]");
        let daemon = Daemon::configured(&folder, &config, 2);
        assert!(daemon.log.contain(&state.trim_end().to_lowercase()), "{:#?}", daemon.log.all());
        for lmk in [None, Some("00")] {
            let mut caller = folder.host_client("client", daemon.address(true, lmk));
            assert_eq!(caller.ask("NO02"), format!("NP00{state}"));
            assert_eq!(caller.ask("NO01"), "NP001NO LMK    ");
            assert_eq!(caller.ask("A00FFFS#P0T2B00E00"), "A170");
            assert_eq!(caller.ask("BA1234F850103093936"), "BB68");
        }
    }
}
