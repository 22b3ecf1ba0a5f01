//! What `payhsmd check-config` says of the mistakes that people make: each in a sentence that names the key.
#![cfg(test)]

#[path = "mistakes/issuing.rs"]
mod issuing;
mod support;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use support::binary::{Folder, payhsmd};

const GOOD: &str = "profile = 'issuer'
state = 'state'
[listen]
tls = '127.0.0.1:2500'
[tls]
certificate = 'server.crt'
private_key = 'server.key'
client_ca = 'ca.crt'
[officers]
socket = 'officers.sock'
[[caller]]
name = 'api'
name_in_certificate = 'api.example'
commands = ['CA', 'NC']
zones = ['VIS']
labels = ['visa-zpk']
per_second = 50
[log]
level = 'info'
";

/// A folder with everything that the good file names, as it should be.
fn folder() -> Folder {
    let folder = Folder::new();
    for (name, mode) in [("server.key", 0o600), ("ca.crt", 0o644), ("", 0o700)] {
        set_mode(&folder, name, mode);
    }
    folder
}

fn set_mode(folder: &Folder, name: &str, mode: u32) {
    fs::set_permissions(folder.path(name), Permissions::from_mode(mode)).unwrap();
}

/// Whether it is good, and everything that was said.
fn check(folder: &Folder, config: &str) -> (bool, String) {
    let path = folder.write("payhsm.toml", config);
    let output = payhsmd(&["check-config", "--config", path.to_str().unwrap()]);
    (output.status.success(), String::from_utf8(output.stderr).unwrap())
}

/// Changes that are refused: what stands there, what a person writes, and words of the answer.
const REFUSED: &[(&str, &str, &[&str])] = &[
    ("'127.0.0.1:2500'", "2500", &["tls = 2500", "IP address and a port, in quotes"]),
    ("127.0.0.1:2500", "127.0.0.1", &["IP address and a port"]),
    ("127.0.0.1:2500", "localhost:2500", &["names of machines are not looked up"]),
    ("state =", "stat =", &["line 2", "did you mean `state`?"]),
    ("[officers]", "[officer]", &["did you mean `officers`?"]),
    ("per_second", "per_seconds", &["did you mean `per_second`?"]),
    ("'issuer'", "'isuer'", &["`isuer`", "`acquirer`"]),
    ("profile = 'issuer'", "", &["profile is development, issuer or acquirer"]),
    ("[listen]\ntls = '127.0.0.1:2500'", "", &["[listen] says where to listen"]),
    ("private_key = 'server.key'", "", &["missing field `private_key`"]),
    ("'CA'", "'ca'", &["caller 1 (`api`): commands", "did you mean CA?"]),
    ("'CA'", "'C4'", &["no command `C4`", "docs/protocol"]),
    ("'CA'", "'BA'", &["profile `issuer` does not have BA"]),
    ("['CA', 'NC']", "'CA'", &["commands = 'CA'", "a list is written"]),
    ("[[caller]]", "[caller]", &["two brackets"]),
    ("'VIS'", "'VISA'", &["zones: `VISA`", "1 to 3"]),
    ("'visa-zpk'", "'visa zpk'", &["labels: `visa zpk`", "1 to 32"]),
    ("= 50", "= 0", &["per_second is 0", "1 to 1000000"]),
    ("= 50", "= -5", &["per_second = -5", "not negative"]),
    ("= 50", "= '50'", &["per_second = '50'", "without quotes"]),
    ("name_in_certificate = 'api.example'", "", &["needs certificate or name_in_certificate"]),
    (
        "name_in_certificate = 'api.example'",
        "certificate = 'AA:BB'",
        &["64 hex digits", "sha256sum"],
    ),
    ("api.example", "CN=api", &["name_in_certificate: `CN=api`", "subject alternative name"]),
    ("api.example", "*.example", &["name_in_certificate: `*.example`"]),
    (
        "[log]",
        "[[caller]]\nname = 'api'\nname_in_certificate = 'b.example'\n[log]",
        &["caller 2 (`api`): name:"],
    ),
    (
        "[log]",
        "[[caller]]\nname = 'b'\nname_in_certificate = 'API.example'\n[log]",
        &["caller 2 (`b`): name_in_c"],
    ),
    ("127.0.0.1:2500'", "127.0.0.1:65530'\nlmks = [0, 20]", &["listen.tls", "65535"]),
    ("server.crt", "none.crt", &["[tls]", "none.crt", "No such file"]),
    ("server.key", "none.key", &["[tls]", "none.key", "No such file"]),
    ("server.key", "server.crt", &["private key", "server.crt", "it holds no private key"]),
    ("server.crt", "server.key", &["server.key", "it holds no certificate"]),
    ("server.key", "client.key", &["the private key is not the one of the certificate"]),
    ("server.crt", "past.crt", &["tls.certificate ended", "days ago"]),
    ("server.crt", "future.crt", &["tls.certificate is good in", "clock"]),
    ("state = 'state'", "state = 'ca.crt'", &["state: ", "is a file"]),
    ("state = 'state'", "", &["state: the profile `issuer` needs a folder", "officers.socket"]),
    ("[listen]", "anchor = 'gone/generation'\n[listen]", &["anchor: ", "no folder", "gone"]),
    ("[listen]", "anchor = 'open'\n[listen]", &["anchor: ", "is a folder"]),
    (
        "[listen]",
        "anchor = 'state/store.redb'\n[listen]",
        &["anchor: ", "another file of the daemon"],
    ),
    ("officers.sock", "gone/officers.sock", &["officers.socket: ", "gone", "make the folder"]),
    ("officers.sock", "open/officers.sock", &["officers.socket: ", "chmod go-w"]),
    ("officers.sock", "ca.crt", &["officers.socket: ", "no socket"]),
    (
        "[log]",
        "[unattended]\ncredential = '/etc/lmk'\n[log]",
        &["unattended.credential: `/etc/lmk`", "no path"],
    ),
    ("'info'", "'loud'", &["log.level: `loud`", "payhsm=debug"]),
    ("'info'", "'payhsm=[x'", &["log.level: "]),
    ("[log]", "[log]\nformat = 'xml'", &["`xml`", "`json`"]),
    (
        "[log]",
        "[limits]\nidle_seconds = '5m'\n[log]",
        &["idle_seconds = '5m'", "without quotes or unit"],
    ),
    ("[log]", "[limits]\nconnections = 0\n[log]", &["limits.connections is 0"]),
    ("[log]", "[host]\nheader_length = 300\n[log]", &["header_length = 300", "0 to 255"]),
    ("[log]", "[memory]\nstrict = 'no'\n[log]", &["strict = 'no'", "true or false"]),
    ("[log]", "[listen]\ntls = '127.0.0.1:1'\n[log]", &["duplicate key", "once is enough"]),
    ("[log]", "[log", &["line 18"]),
];

#[test]
fn each_mistake_is_told_with_its_key_and_what_to_do() {
    let folder = folder();
    fs::create_dir(folder.path("open")).unwrap();
    set_mode(&folder, "open", 0o777);
    let key = KeyPair::generate().unwrap();
    for (name, from, to) in [("past.crt", 2001, 2002), ("future.crt", 2900, 2901)] {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        folder.write(name, &params.self_signed(&key).unwrap().pem());
    }
    let (good, said) = check(&folder, GOOD);
    assert!(good && said.is_empty(), "{said}");
    for &(good, bad, words) in REFUSED {
        assert!(GOOD.contains(good), "{good}");
        let (good, said) = check(&folder, &GOOD.replacen(good, bad, 1));
        assert!(!good, "{bad}: {said}");
        for words in words {
            assert!(said.contains(words), "{bad}: {words} is not in: {said}");
        }
    }
}

#[test]
fn the_ports_of_a_developer_do_not_overlap() {
    let folder = folder();
    let developer = GOOD.replace("'issuer'", "'development'");
    for (plain, good) in
        [("127.0.0.1:2503", false), ("0.0.0.0:2500", false), ("127.0.0.1:2497", false)]
            .into_iter()
            .chain([("127.0.0.1:2504", true), ("127.0.0.2:2500", true), ("127.0.0.1:0", true)])
    {
        let config = developer.replace("[tls]", &format!("plain = '{plain}'\n[tls]"));
        let (is_good, said) = check(&folder, &config);
        assert_eq!(is_good, good, "{plain}: {said}");
        assert!(good || said.contains("would both have port 250"), "{said}");
    }
}

#[test]
fn what_should_not_be_is_warned_of() {
    let folder = folder();
    fs::create_dir(folder.path("state")).unwrap();
    let warned = |config: &str, words: &str| {
        let (good, said) = check(&folder, config);
        assert!(good && said.contains("warning: ") && said.contains(words), "{words}: {said}");
    };
    set_mode(&folder, "state", 0o755);
    warned(GOOD, "chmod 700");
    set_mode(&folder, "state", 0o700);
    assert_eq!(check(&folder, GOOD).1, "");
    set_mode(&folder, "server.key", 0o644);
    warned(GOOD, "tls.private_key: ");
    set_mode(&folder, "server.key", 0o640);
    assert_eq!(check(&folder, GOOD).1, "", "a group may have it");
    set_mode(&folder, "ca.crt", 0o666);
    warned(GOOD, "tls.client_ca: ");
    set_mode(&folder, "ca.crt", 0o644);
    set_mode(&folder, "payhsm.toml", 0o646);
    warned(GOOD, "this file: ");
    set_mode(&folder, "payhsm.toml", 0o644);
    warned(&GOOD.replace("'state'", "'gone/state'"), "state: there is no folder");
    let without_socket = GOOD.replace("[officers]\nsocket = 'officers.sock'\n", "");
    warned(&without_socket, "officers.socket is missing");
    let unattended = format!("{without_socket}[unattended]\ncredential = 'lmk'\n");
    warned(&unattended, "unattended without officers.socket");
    warned(&GOOD.replace("commands = ['CA', 'NC']", ""), "caller `api` has no commands");
    set_mode(&folder, "ca.crt", 0o644);
    let shared = "[cards]\npostgres = 'host=a user=b'\npassword_file = 'ca.crt'\n[log]";
    warned(&GOOD.replace("[log]", shared), "cards.password_file: ");
    let (callers, _) = GOOD.split_once("[[caller]]").unwrap();
    warned(callers, "there is no [[caller]]");
}
