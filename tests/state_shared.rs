//! Two real daemons with one PostgreSQL: no change of a row is lost, nothing is given twice, and without the database there is
//! no verdict. A server of our own is started, where one is installed.
#![cfg(test)]

mod support;

use payhsm_state::testing::{PASSWORD, Server};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};
use support::binary::{Daemon, Folder, configuration, pause, wait_for};
use support::issuing_daemon::{keys_file, sections};
use support::pin_life::{CARD, pvv_of, wa};

/// Connections to each daemon.
const CALLERS: usize = 4;

/// Two daemons, and the database that they share.
struct Two {
    server: Server,
    _folders: [Folder; 2],
    daemons: [Daemon; 2],
}

impl Two {
    /// `None` where no PostgreSQL is installed, which is said once.
    fn start(pin_tries: u8) -> Option<Self> {
        static SAID: OnceLock<()> = OnceLock::new();
        let server = match Server::start() {
            Ok(server) => server,
            Err(why) => {
                assert!(std::env::var_os("PAYHSM_LONG_TESTS").is_none(), "{why}");
                SAID.get_or_init(|| println!("skipped: {why}"));
                return None;
            }
        };
        let folders = [Folder::new(), Folder::new()];
        let postgres = format!(
            "postgres = 'host=127.0.0.1 port={} dbname=postgres user=payhsm'\npassword_file = 'password'\n",
            server.port()
        );
        let sections = sections(pin_tries)
            .replace("[cards.per_caller]", &format!("[cards]\n{postgres}[cards.per_caller]"));
        let config = configuration("development", true, &sections);
        let daemons = folders.each_ref().map(|folder| {
            folder.write("keys.toml", &keys_file());
            folder.write("password", PASSWORD);
            Daemon::configured(folder, &config, 8)
        });
        Some(Self { server, _folders: folders, daemons })
    }

    /// What callers of both daemons make of it, all at one time.
    fn all_at_once<T: Send>(&self, work: impl Fn(usize, &Daemon) -> T + Sync) -> Vec<T> {
        let work = &work;
        thread::scope(|scope| {
            let callers: Vec<_> = (0..2 * CALLERS)
                .map(|caller| scope.spawn(move || work(caller, &self.daemons[caller % 2])))
                .collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).collect()
        })
    }

    fn register(&self, pin: &str) {
        let answer = self.daemons[0].plain().ask(format!("WM{CARD};V1{}", pvv_of(pin, CARD)));
        assert_eq!(answer, "WN00");
    }

    /// WC, which both have to answer alike: tries and limit.
    fn tries(&self) -> (u32, u32) {
        let [one, other] =
            self.daemons.each_ref().map(|daemon| daemon.plain().ask(format!("WC{CARD};")));
        assert_eq!(one, other);
        let number = |at: usize| one.get(at..at + 2).unwrap().parse().unwrap();
        (number(4), number(6))
    }
}

#[test]
fn each_try_of_a_pin_counts_once_on_whichever_daemon() {
    const LIMIT: u8 = 40;
    let Some(two) = Two::start(LIMIT) else { return };
    two.register("1357");
    let wrong = two.all_at_once(|_, daemon| {
        let mut caller = daemon.plain();
        let mut wrong = 0;
        loop {
            match caller.ask(wa("2468", CARD)).as_str() {
                "WBN1" => wrong += 1,
                "WBN2" => return wrong,
                answer => panic!("{answer}"),
            }
        }
    });
    let all: u32 = wrong.iter().sum();
    // Whoever takes the last try may be told that there is none left.
    assert!([u32::from(LIMIT), u32::from(LIMIT) - 1].contains(&all), "{wrong:?}");
    assert_eq!(two.tries(), (u32::from(LIMIT), u32::from(LIMIT)));
    assert!(
        wrong.iter().filter(|wrong| **wrong > 0).count() > 1,
        "they were not at work at one time: {wrong:?}"
    );
    for daemon in &two.daemons {
        assert_eq!(daemon.plain().ask(wa("1357", CARD)), "WBN2");
    }
}

#[test]
fn a_token_for_one_use_is_used_once() {
    const TOKENS: usize = 30;
    let Some(two) = Two::start(3) else { return };
    let tokens: Vec<_> = (0..TOKENS)
        .map(|number| {
            let made = two.daemons[number % 2].plain().ask(format!("TA{CARD};001"));
            let made = made.strip_prefix("TB00").unwrap_or_else(|| panic!("{made}"));
            made.split(';').next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(tokens.iter().collect::<BTreeSet<_>>().len(), TOKENS);
    let answers = two.all_at_once(|_, daemon| {
        let mut caller = daemon.plain();
        let ask = |token: &String| caller.ask(format!("TCP001{token};C"));
        tokens.iter().map(ask).collect::<Vec<_>>()
    });
    for number in 0..TOKENS {
        let mut codes = BTreeMap::new();
        for answer in &answers {
            *codes.entry(answer[number].get(..4).unwrap()).or_insert(0) += 1;
        }
        assert_eq!(codes, BTreeMap::from([("TD00", 1), ("TDT4", 2 * CALLERS - 1)]), "{number}");
    }
}

#[test]
fn no_card_number_and_no_dynamic_cvv2_is_made_twice() {
    const BATCHES: usize = 5;
    const CARDS: usize = 20;
    const CODES: usize = 10;
    let Some(two) = Two::start(3) else { return };
    let given = two.all_at_once(|_, daemon| {
        let mut caller = daemon.plain();
        let mut cards = Vec::new();
        for _ in 0..BATCHES {
            let batch = caller.ask(format!("XAL09pan-issue411111;16{CARDS:05}"));
            let batch = batch.strip_prefix("XB00").unwrap_or_else(|| panic!("{batch}"));
            let answer = caller.ask(format!("XC{batch}L09pan-issueN{CARDS:03}C"));
            let answer = answer.strip_prefix("XD00").unwrap_or_else(|| panic!("{answer}"));
            let numbers = answer.get(13..).unwrap().split_terminator(';');
            cards.extend(numbers.map(|card| card.trim_start_matches('C').to_owned()));
        }
        cards
    });
    let all: Vec<_> = given.iter().flatten().collect();
    assert_eq!(all.len(), 2 * CALLERS * BATCHES * CARDS);
    assert!(all.iter().all(|card| card.len() == 16 && card.starts_with("411111")));
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());

    two.all_at_once(|_, daemon| {
        let mut caller = daemon.plain();
        for _ in 0..CODES {
            let answer = caller.ask(format!("VAL04dcvk{CARD};291201;"));
            assert!(answer.starts_with("VB00"), "{answer}");
        }
    });
    let stands = two.daemons[1].plain().ask(format!("VG{CARD};"));
    assert!(stands.ends_with(&format!("{:07}", 2 * CALLERS * CODES)), "{stands}");
}

#[test]
fn without_the_database_there_is_no_verdict_and_with_it_again_there_is() {
    let Some(two) = Two::start(90) else { return };
    two.register("1357");
    let mut callers = two.daemons.each_ref().map(Daemon::plain);
    for caller in &mut callers {
        assert_eq!(caller.ask(wa("2468", CARD)), "WBN1");
    }
    let log = |words: &str| two.daemons.iter().map(|daemon| daemon.log.count(words)).sum::<usize>();
    for times in 1..=2 {
        two.server.crash().unwrap();
        for caller in &mut callers {
            for pin in ["1357", "2468"] {
                assert_eq!(caller.ask(wa(pin, CARD)), "WBS0");
            }
            assert!(caller.ask("NC").starts_with("ND00"), "others are served");
        }
        wait_for("word of it in both logs", || log("rows of cards cannot be used") == 2 * times);
        two.server.again().unwrap();
        for caller in &mut callers {
            wait_for("the database", || caller.ask(format!("WC{CARD};")).starts_with("WD00"));
        }
        wait_for("word that it is back", || log("rows of cards can be used again") == 2 * times);
        assert_eq!(two.tries().0, 2, "what got no verdict was not counted");
    }
    for daemon in &two.daemons {
        assert!(!daemon.log.contain(PASSWORD), "the password is in a log");
    }
    for caller in &mut callers {
        assert_eq!(caller.ask(wa("1357", CARD)), "WB00");
    }
}

#[test]
fn a_database_over_tls_has_to_be_of_the_right_authority() {
    let (folder, strangers) = (Folder::new(), Folder::new());
    let file = |name: &str| fs::read(folder.path(name)).unwrap();
    let files = [("server.crt", file("server.crt")), ("server.key", file("server.key"))];
    let files = files.each_ref().map(|(name, content)| (*name, content.as_slice()));
    let settings =
        ["ssl=on", "ssl_cert_file={folder}/server.crt", "ssl_key_file={folder}/server.key"];
    let server = match Server::start_with(&files, &settings) {
        Ok(server) => server,
        Err(why) => {
            assert!(std::env::var_os("PAYHSM_LONG_TESTS").is_none(), "{why}");
            println!("skipped: {why}");
            return;
        }
    };
    let postgres = format!("host=localhost port={} user=payhsm dbname=postgres", server.port());
    let cards = format!(
        "[cards]\npostgres = '{postgres} sslmode=require'\npassword_file = 'password'\nca = 'ca.crt'\n[cards.per_caller]"
    );
    let config = sections(3).replace("[cards.per_caller]", &cards);
    for folder in [&folder, &strangers] {
        folder.write("keys.toml", &keys_file());
        folder.write("password", PASSWORD);
    }
    let daemon = Daemon::configured(&folder, &configuration("development", true, &config), 8);
    assert_eq!(daemon.plain().ask(format!("WC{CARD};")), "WDN3");
    let path = strangers.write("payhsm.toml", &configuration("development", true, &config));
    let mut daemon = Daemon::start(&["--config", path.to_str().unwrap()]);
    assert_eq!(daemon.end().code(), Some(1), "{:#?}", daemon.log.all());
    wait_for("its sentence", || daemon.log.contain("payhsmd: [cards]: "));
}

/// A server that does not go on: all of its processes are stopped until this is dropped.
struct Stopped(Vec<String>);

impl Stopped {
    fn stop(server: &Server) -> Self {
        let file = server.folder().join("data/postmaster.pid");
        let first = fs::read_to_string(file).unwrap().lines().next().unwrap().to_owned();
        let children = fs::read_to_string(format!("/proc/{first}/task/{first}/children")).unwrap();
        let all = children.split_whitespace().map(str::to_owned).chain([first]).collect();
        let stopped = Self(all);
        stopped.signal("-STOP");
        stopped
    }

    fn signal(&self, signal: &str) {
        let done = Command::new("kill").arg(signal).args(&self.0).status();
        assert!(done.unwrap().success());
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        self.signal("-CONT");
    }
}

#[test]
fn a_database_that_hangs_holds_up_nobody_else() {
    let Some(two) = Two::start(90) else { return };
    two.register("1357");
    let daemon = &two.daemons[0];
    let stopped = Stopped::stop(&two.server);
    thread::scope(|scope| {
        let waiting: Vec<_> =
            (0..CALLERS).map(|_| scope.spawn(|| daemon.plain().ask(wa("1357", CARD)))).collect();
        let mut caller = daemon.plain();
        for _ in 0..100 {
            let start = Instant::now();
            assert!(caller.ask("NC").starts_with("ND00"));
            assert!(start.elapsed() < Duration::from_secs(2), "it waited for the database too");
            pause(Duration::from_millis(10));
        }
        assert!(waiting.iter().any(|waiting| !waiting.is_finished()), "nobody waited");
        for waiting in waiting {
            assert_eq!(waiting.join().unwrap(), "WBS0");
        }
    });
    drop(stopped);
    let mut caller = daemon.plain();
    wait_for("the database", || caller.ask(wa("1357", CARD)) == "WB00");
    assert_eq!(two.tries().0, 0);
}
