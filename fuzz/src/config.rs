//! The configuration file, and the certificates that it names.

use super::stores::folder;
use super::text::{inputs, pem};
use payhsm::config::Config;
use payhsm_load::target::Quickstart;
use std::fs;

/// `payhsm.toml`: what a daemon would make of it, or a sentence that says what is wrong. Nothing that is named in it is opened.
pub fn config(data: &[u8]) {
    let folder = folder();
    let path = folder.path().join("payhsm.toml");
    fs::write(&path, data).expect("a file");
    match Config::load(&path) {
        Ok(config) => {
            assert!(config.callers().is_ok() && config.issuing().is_ok());
            let limits = config.limits();
            // A deadline that is never over would be a sum that does not exist.
            let now = std::time::Instant::now();
            for limit in [limits.handshake, limits.idle, limits.request] {
                assert!(now.checked_add(limit).is_some(), "{limit:?} from now");
            }
            drop((config.settings(), config.host(), config.audit_folder()));
            assert!(!format!("{config:?}").is_empty());
        }
        Err(why) => assert!(!why.to_string().is_empty()),
    }
}

/// A certificate in DER, as `payhsmd check-config` finds it: until when it is good is read by ourselves.
pub fn certificate(data: &[u8]) {
    let folder = folder();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    write("server.crt", &pem("CERTIFICATE", data));
    write("server.key", &pem("PRIVATE KEY", data));
    write(
        "payhsm.toml",
        "profile = 'issuer'\nstate = 'state'\n[listen]\ntls = '127.0.0.1:0'\n[tls]\ncertificate = 'server.crt'\n\
         private_key = 'server.key'\nclient_ca = 'server.crt'\n",
    );
    let why =
        Config::check(&folder.path().join("payhsm.toml")).expect_err("a key that is a certificate");
    assert!(!why.to_string().is_empty());
}

/// `quickstart.toml`, by which `payhsm-load` finds a daemon.
pub fn quickstart(data: &[u8]) {
    let folder = folder();
    fs::write(folder.path().join("quickstart.toml"), data).expect("a file");
    if let Err(why) = Quickstart::read(folder.path()) {
        assert!(!why.to_string().is_empty());
    }
}

/// Seeds of [`config`].
#[must_use]
pub fn config_seeds() -> Vec<Vec<u8>> {
    inputs(&[
        include_str!("../../docs/payhsm.toml"),
        "profile = 'development'\n[listen]\nplain = '127.0.0.1:1500'\n",
        "profile = 'development'\n[listen]\nplain = '127.0.0.1:1500'\n[limits]\nidle_seconds = 9223372036854775807\n",
        "profile = 'issuer'\nstate = 'state'\n[listen]\ntls = '127.0.0.1:0'\n[tls]\ncertificate = 'a'\nprivate_key = 'b'\nclient_ca = 'c'\n[limits]\nidle_seconds = 3\n[[caller]]\nname = 'api'\ncommands = ['CA']\n",
        "profile = 'acquirer'\nstate = 's'\n[listen]\ntls = '127.0.0.1:0'\nlmks = [0]\n[[product]]\nname = 'visa'\nbins = ['4']\npin_tries = 3\n[product.dynamic_cvv2]\nseconds = 300\n[[token_domain]]\nnumber = 9\nscheme = 'PT-9'\nkey = 'tokens'\n",
    ])
}

/// Seeds of [`quickstart`].
#[must_use]
pub fn quickstart_seeds() -> Vec<Vec<u8>> {
    inputs(&[
        "tls_address = '127.0.0.1:2500'\nplain_address = '127.0.0.1:1500'\nca = 'ca.crt'\ncertificate = 'client.crt'\nprivate_key = 'client.key'\nserver_name = 'localhost'\n",
    ])
}

/// Seeds of [`certificate`]: one that was made for a test, with both forms of a date.
#[must_use]
pub fn certificate_seeds() -> Vec<Vec<u8>> {
    let names = b"\x30\x00";
    let of = |validity: &[u8]| {
        let length = |bytes: &[u8]| u8::try_from(bytes.len()).expect("a short one");
        let validity = [&[0x30, length(validity)], validity].concat();
        let signed =
            [b"\xA0\x03\x02\x01\x02\x02\x01\x07\x30\x00".as_slice(), names, &validity, names]
                .concat();
        let signed = [&[0x30, length(&signed)], signed.as_slice()].concat();
        [&[0x30, length(&signed)], signed.as_slice()].concat()
    };
    vec![
        of(b"\x17\x0D260101000000Z\x17\x0D270101000000Z"),
        of(b"\x18\x0F20260101000000Z\x18\x0F20510101000000Z"),
    ]
}
