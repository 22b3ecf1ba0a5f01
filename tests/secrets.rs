//! Nothing secret is in any line of the log, in any error text, in a row of a card, or in what any
//! value prints of itself: PINs, card verification values, clear data, keys, account numbers and
//! PIN blocks are sent through every command, right and wrong, and then looked for.
#![cfg(test)]

#[path = "secrets/answers.rs"]
mod answers;
#[path = "secrets/appliance.rs"]
mod appliance;
#[path = "secrets/cards.rs"]
mod cards;
#[path = "secrets/log.rs"]
mod log;
#[path = "secrets/marker.rs"]
mod marker;
#[path = "secrets/material.rs"]
mod material;
#[path = "secrets/printed.rs"]
mod printed;
#[path = "secrets/record.rs"]
mod record;
#[path = "../fuzz/src/seeds.rs"]
pub mod seeds;
#[path = "secrets/store.rs"]
mod store;
mod support;

use appliance::{Appliance, configured};
use log::Log;
use marker::look_for;
use material::{Material, material};
use payhsm::engine::Dialect;
use payhsm::settings::Profile;
use payhsm_protocol::Opcode;
use seeds::Seed;
use std::io::Write as _;
use support::binary::{Caller, Daemon, Folder, connect, framed, wait_for};
use support::{ask_bytes, monitoring, session};

#[test]
fn every_command_is_among_those_that_are_watched() {
    let appliance = Appliance::new(Profile::Development);
    let messages = material(&mut |message| appliance.ask(message)).messages;
    for opcode in Opcode::ALL {
        let code = opcode.code().0;
        assert!(messages.iter().any(|message| message.starts_with(&code)), "{}", opcode.code());
    }
}

/// A message as it came, cut short, gone on with, and with each of its characters wrong.
fn variants(message: &[u8]) -> Vec<Vec<u8>> {
    let mut variants = vec![message.to_vec(), [message, b"x"].concat()];
    for at in (2..message.len()).step_by(5) {
        variants.push(message[..at].to_vec());
        let mut wrong = message.to_vec();
        wrong[at] = wrong[at].wrapping_add(1);
        variants.push(wrong);
    }
    variants
}

#[test]
fn the_log_of_the_engine_says_nothing_of_what_went_through_it() {
    let log = Log::default();
    let issuer = Appliance::new(Profile::Issuer);
    // The log is told twice, as text and as JSON: two appliances, so that everything works for both.
    let told = log.of(|| {
        let developer = Appliance::new(Profile::Development);
        let all = material(&mut |message| developer.ask(message));
        (developer, all)
    });
    for (developer, Material { messages, .. }) in &told[1..] {
        for message in messages {
            for variant in variants(message) {
                log.of(|| ask_bytes(&developer.engine, None, &variant));
            }
            log.of(|| ask_bytes(&issuer.engine, None, message));
            log.of(|| ask_bytes(&developer.engine, Some(1), message));
            if let Ok(seed) = Seed::new(message) {
                for at in [seed.compact.len(), seed.compact.len() / 2, 0] {
                    let cut = Seed { compact: seed.compact[..at].to_vec(), ..seed.clone() };
                    log.of(|| {
                        let mut output = Vec::new();
                        let frame = cut.compact_frame(7);
                        let session = session(Dialect::Compact, None);
                        developer.engine.answer(&session, &frame, &mut output);
                    });
                }
            }
        }
    }
    let text = log.text();
    let lines = text.iter().filter(|byte| **byte == b'\n').count();
    for (_, Material { messages, markers, short, .. }) in &told {
        assert!(lines > 2 * messages.len(), "{lines} lines");
        look_for(markers, &text);
        look_for(short, &text);
    }
}

#[test]
fn the_log_of_the_daemon_says_nothing_of_what_went_through_it() {
    let folder = Folder::new();
    // Everything that any part of the daemon would log, the libraries included.
    let config =
        configured(&folder, true).replace("format = 'json'", "format = 'json'\nlevel = 'trace'");
    let config = format!("{config}\n[monitoring]\nlisten = '127.0.0.1:0'\n");
    let daemon = Daemon::configured(&folder, &config, 8);
    let (plain, secure) = (daemon.address(false, None), daemon.address(true, None));
    let mut plain = Caller::new(connect(plain));
    let mut secure = folder.host_client("client", secure);
    let Material { messages, markers, .. } = material(&mut |message| plain.ask(message));
    for message in &messages {
        let cut = &message[..message.len() / 2];
        plain.ask(cut);
        secure.ask(message);
        secure.ask(cut);
    }
    // Half a request, and one of unbelievable length.
    plain.stream.write_all(&framed(&messages[4])[..20]).unwrap();
    secure.stream.write_all(&[&b"\xff\xff"[..], &messages[5]].concat()).unwrap();
    assert_eq!(secure.receive(), None);
    drop((plain, secure));
    wait_for("the records", || daemon.log.count("\"command\"") >= 4 * messages.len());
    // What monitors are told, too.
    let monitors = monitoring::address(&daemon);
    let told = ["/metrics", "/health/ready"].map(|path| monitoring::get(monitors, path).body);
    assert!(told[0].lines().count() > 1000);
    let all = [daemon.log.all(), daemon.out.all(), told.into()].concat().join("\n");
    look_for(&markers, all.as_bytes());
}
