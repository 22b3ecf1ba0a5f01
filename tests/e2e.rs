//! The real binary: started as its users start it, called over real sockets, stopped as a service
//! manager stops it.
#![cfg(test)]

mod support;

use payhsm_client::{CallError, Client, Config, ConnectError};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::b2_echo::Echo;
use payhsm_protocol::command::cw_generate_cvv::GenerateCvv;
use payhsm_protocol::command::nc_diagnostics::Diagnose;
use payhsm_protocol::command::take_body;
use payhsm_protocol::field::{Bytes, LmkId};
use serde::Deserialize;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};
use support::binary::{
    Caller, Daemon, Folder, Tls, configuration, connect, framed, free_ports, pause, payhsmd, tls,
    tls_of, wait_for,
};

/// A message and its answer as they were published: `tests/vectors/transcripts.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Transcript {
    #[expect(dead_code, reason = "for the reader of the file")]
    source: String,
    lmk: String,
    request: String,
    response: String,
    #[serde(default)]
    zmk: Option<String>,
    #[expect(dead_code, reason = "for the reader of the file")]
    #[serde(default)]
    note: Option<String>,
}

fn transcripts() -> Vec<Transcript> {
    serde_json::from_str(include_str!("vectors/transcripts.json")).unwrap()
}

#[test]
fn published_transcripts_hold_on_the_base_port_and_on_the_ports_of_the_lmks() {
    let folder = Folder::new();
    let daemon = folder.development("");
    let single = folder.development("[host]\nsingle_length_zmk = true");
    let mut held = 0;
    for Transcript { lmk, request, response, zmk, .. } in transcripts() {
        let daemon = if zmk.as_deref() == Some("single") { &single } else { &daemon };
        let mut by_message = daemon.plain();
        let asked = format!("{request}%{lmk}");
        assert_eq!(by_message.ask(&asked), response, "{asked}");
        let mut by_port = Caller::new(connect(daemon.address(false, Some(&lmk))));
        assert_eq!(by_port.ask(&request), response, "{request} on the port of LMK {lmk}");
        held += 1;
    }
    assert_eq!(held, 52);
}

#[test]
fn pins_under_the_lmk_come_out_as_published_verification_values() {
    let folder = Folder::new();
    let daemon = folder.development("[host]\npin_length = 6");
    let mut caller = daemon.plain();
    let mut lpin = |pin: &str, account: &str, lmk: &str| {
        let answer = caller.ask(format!("BA{pin}{account}%{lmk}"));
        answer.strip_prefix("BB00").unwrap_or_else(|| panic!("{answer}")).to_owned()
    };
    let long = lpin("121791F", "850103093936", "01");
    let other = lpin("300672F", "850103093936", "01");
    let short = lpin("1234FFF", "550000025321", "00");
    let pvk_ibm = "S00072V1TN00E00010AE0AD2B1990AB407FAD15059E287760A05DF4DA2391EAB138877E22";
    let pvk_pvv = "S00072V2TN00E0001E80A2926443C3AF11BF0317C669FA0EA0E100ABDF92BF7A3AF232D4C";
    let zpk = "S00072P0TB00E0001EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9";
    for (asked, answer) in [
        (
            format!("DE{pvk_ibm}{long}06850103093936709F26B22464E96A50103093936N%01"),
            "DF00309783FFFFFF",
        ),
        (
            format!(
                "BKFFF{zpk}{pvk_ibm}967CDB6E3D492E280106850103093936709F26B22464E96A50103093936N%01"
            ),
            "BL00309783FFFFFF",
        ),
        (format!("DG{pvk_pvv}{other}8501030939361%01"), "DH007548"),
        (format!("FWFFF{zpk}{pvk_pvv}AD72F973446E84E7018501030939361%01"), "FX007548"),
        (format!("JG{zpk}01850103093936{other}%01"), "JH00AD72F973446E84E7"),
        (format!("DGX367930344805B1FAD6146EF4ED7502B3{short}5500000253211%00"), "DH004402"),
        (format!("NG850103093936{long}%01"), "NH00121791F"),
    ] {
        assert_eq!(caller.ask(&asked), answer, "{asked}");
    }
    // The published translation of section 9: ZPK-1 and ZPK-2 as key blocks.
    let zpk_2 = "S00072P0TB00E00010D869FE84C1F77AE64E0019151533363D4CCE7E1C3F89F3D86115EE8";
    let asked = format!("CC{zpk}{zpk_2}12AD72F973446E84E70101850103093936%01");
    assert_eq!(caller.ask(asked), "CD0006E614D4AFD47BD3BF01");
}

#[test]
fn frames_come_in_pieces_and_many_at_once() {
    let folder = Folder::new();
    let daemon = folder.development("");
    let mut caller = daemon.plain();
    for byte in framed("B20002hi") {
        caller.stream.write_all(&[byte]).unwrap();
        pause(Duration::from_millis(1));
    }
    assert_eq!(caller.receive().unwrap(), "B300hi");
    // A thousand in one write, each with its own answer, in order.
    let all: Vec<u8> = (0..1000).flat_map(|number| framed(format!("B20004{number:04}"))).collect();
    caller.stream.write_all(&all).unwrap();
    for number in 0..1000 {
        assert_eq!(caller.receive().unwrap(), format!("B300{number:04}"));
    }
    // An answer to nonsense, and the connection stays.
    assert_eq!(caller.ask("??"), "?@68");
    assert_eq!(caller.ask("B2"), "B315");
    caller.stream.write_all(b"\0\x03000").unwrap();
    let mut answer = [0; 9];
    caller.stream.read_exact(&mut answer).unwrap();
    assert_eq!(answer, *b"\0\x07000ZZ51");
    assert_eq!(caller.ask("NC"), caller.ask("NC%02"));
    // A length that cannot be: what came before is answered, then the connection ends.
    caller.stream.write_all(&[framed("B20002hi"), b"\xff\xff".to_vec()].concat()).unwrap();
    assert_eq!(caller.receive().unwrap(), "B300hi");
    assert_eq!(caller.receive(), None);
    // A caller that has said all it has to say gets its answers.
    let mut caller = daemon.plain();
    caller.send("B20002hi");
    caller.stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(caller.receive().unwrap(), "B300hi");
    assert_eq!(caller.receive(), None);
}

#[test]
fn a_header_of_another_length_is_a_matter_of_configuration() {
    let folder = Folder::new();
    for (length, header) in [(0, ""), (12, "HEAD%00\x19\x01\x7f 7"), (255, &*"h".repeat(255))] {
        let daemon = folder.development(&format!("[host]\nheader_length = {length}"));
        let mut stream = connect(daemon.address(false, None));
        let message = format!("{header}B20002hi");
        let mut frame = u16::try_from(message.len()).unwrap().to_be_bytes().to_vec();
        frame.extend_from_slice(message.as_bytes());
        stream.write_all(&frame).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        assert!(answer.ends_with(format!("{header}B300hi").as_bytes()));
        assert_eq!(answer.len(), 2 + usize::from(u8::try_from(length).unwrap()) + 6);
    }
}

#[test]
fn the_host_dialect_over_tls_is_that_over_tcp() {
    let folder = Folder::new();
    let daemon = folder.development("");
    let mut caller = folder.host_client("client", daemon.address(true, None));
    for Transcript { lmk, request, response, .. } in
        transcripts().into_iter().filter(|transcript| transcript.zmk.is_none())
    {
        assert_eq!(caller.ask(format!("{request}%{lmk}")), response);
    }
    for (lmk, check_value) in [("00", "268604"), ("01", "165126"), ("02", "9D04A0")] {
        let mut caller = folder.host_client("client", daemon.address(true, Some(lmk)));
        assert!(caller.ask("NC").starts_with(&format!("ND00{check_value}")));
    }
}

fn client_config(folder: &Folder, address: SocketAddr, name: &str) -> Config {
    let (certificate, key) = (format!("{name}.crt"), format!("{name}.key"));
    Config::from_pem_files(
        address.to_string(),
        "localhost",
        folder.path("ca.crt"),
        folder.path(&certificate),
        folder.path(&key),
    )
    .unwrap()
}

#[tokio::test]
async fn the_compact_dialect_is_spoken_by_the_callers_library() {
    let folder = Folder::new();
    let daemon = folder.development("");
    let config = client_config(&folder, daemon.address(true, None), "client");
    let client = Client::connect(config).await.unwrap();

    let data = Bytes(vec![0xa5; 60_000]);
    let answer = client.call(&Echo { data: data.clone() }).await.unwrap();
    assert_eq!((answer.reply.data, answer.warning), (data, None));

    // The published CVV, under an LMK that the call names.
    let seed = include_str!("../fuzz/seeds/CW");
    let seed = seeds::Seed::new(seed.as_bytes()).unwrap();
    let (lmk, cw) = take_body::<GenerateCvv>(&seed.compact).unwrap();
    let answer = client.call_with(lmk, &cw).await.unwrap();
    assert_eq!(answer.reply.cvv.0, *b"181");
    let refused = client.call(&cw).await.unwrap_err();
    assert!(matches!(refused, CallError::Refused(_)), "{refused}");
    let refused = client.call_with(Some(LmkId(77)), &cw).await.unwrap_err();
    assert_eq!(refused, CallError::Refused(ErrorCode::InvalidLmkId));

    // Many at once on one connection; the port of an LMK stands for it.
    let calls = (0..500_u32).map(|number| {
        let client = client.clone();
        tokio::spawn(async move {
            let data = Bytes(number.to_be_bytes().to_vec());
            client.call(&Echo { data: data.clone() }).await.unwrap().reply.data == data
        })
    });
    for call in calls.collect::<Vec<_>>() {
        assert!(call.await.unwrap());
    }
    let config = client_config(&folder, daemon.address(true, Some("01")), "client");
    let client = Client::connect(config).await.unwrap();
    assert_eq!(client.call(&cw).await.unwrap().reply.cvv.0, *b"181");
    let diagnosis = client.call(&Diagnose {}).await.unwrap().reply;
    assert_eq!(diagnosis.lmk_check_value[..3], [0x16, 0x51, 0x26]);
}

#[path = "../fuzz/src/seeds.rs"]
pub mod seeds;

/// Whether anything is answered at all on a TLS connection.
fn is_served(stream: Tls) -> bool {
    let mut caller = Caller::new(stream);
    let sent = caller.stream.write_all(&framed("B20002hi")).and_then(|()| caller.stream.flush());
    sent.is_ok() && caller.receive().as_deref() == Some("B300hi")
}

#[test]
fn only_a_client_with_a_good_certificate_is_served() {
    let folder = Folder::new();
    let foreign = Folder::new();
    let daemon = folder.development("");
    let address = daemon.address(true, None);
    let ca = folder.path("ca.crt");
    let files = |folder: &Folder, name: &str| {
        Some((folder.path(&format!("{name}.crt")), folder.path(&format!("{name}.key"))))
    };
    let served = |identity| is_served(tls(&ca, identity, &[], connect(address)));
    assert!(served(files(&folder, "client")));
    assert!(!served(None), "no certificate");
    assert!(!served(files(&foreign, "client")), "a foreign CA");
    assert!(!served(files(&folder, "expired")), "an expired certificate");
    assert!(!served(files(&folder, "server")), "a certificate for servers");

    let client = files(&folder, "client");
    let served_as = |alpn: &[&[u8]]| is_served(tls(&ca, client.clone(), alpn, connect(address)));
    assert!(!served_as(&[b"h2", b"http/1.1"]), "a dialect of somebody else");
    let old = tls_of(&[&rustls::version::TLS12], &ca, client.clone(), &[], connect(address));
    assert!(!is_served(old), "TLS 1.2");

    // Plain text on the TLS port, TLS on the plain port.
    let mut plain = Caller::new(connect(address));
    plain.send("B20002hi");
    assert_eq!(plain.receive(), None);
    assert!(!is_served(tls(&ca, client, &[], connect(daemon.address(false, None)))));

    assert!(daemon.log.contain("TLS handshake failed"));
    assert!(served(files(&folder, "client")), "afterwards");
}

#[tokio::test]
async fn the_callers_library_says_that_it_was_not_accepted() {
    let (folder, foreign) = (Folder::new(), Folder::new());
    let daemon = folder.development("");
    let address = daemon.address(true, None);
    let refused = |config| async { Client::connect(config).await.map(drop).unwrap_err() };
    let error = refused(client_config(&folder, address, "expired")).await;
    assert!(matches!(error, ConnectError::NotAccepted(_)), "{error}");
    // It does not trust the daemon's CA, and says so before the daemon can say anything.
    let error = refused(client_config(&foreign, address, "client")).await;
    assert!(matches!(error, ConnectError::Tls(_)), "{error}");
}

#[test]
fn outside_development_there_is_no_plain_port_and_no_test_lmk() {
    let folder = Folder::new();
    for profile in ["issuer", "acquirer"] {
        let path = folder.write("refused.toml", &configuration(profile, true, ""));
        let path = path.to_str().unwrap();
        for arguments in [&["check-config", "--config", path][..], &["--config", path]] {
            let output = payhsmd(arguments);
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(said.contains("plain TCP exists in the profile `development` alone"), "{said}");
            assert!(said.contains(profile) && said.contains("use listen.tls"), "{said}");
        }
        // Over TLS it starts, without an LMK, on its base port alone: whatever legacy is switched
        // on, only status commands answer.
        let legacy = "legacy_lmk = true\nkey_schemes = true\nsingle_des = true";
        let daemon = Daemon::configured(&folder, &configuration(profile, false, legacy), 1);
        assert!(daemon.log.contain("no LMK is in force"), "{:#?}", daemon.log.all());
        assert!(!daemon.log.contain("TEST LMK"));
        let mut caller = folder.host_client("client", daemon.address(true, None));
        assert_eq!(caller.ask("B20002hi"), "B300hi");
        assert!(caller.ask("NC").starts_with("ND000000000000000000"));
        for transcript in transcripts() {
            if !transcript.request.starts_with("B2") {
                let answer = caller.ask(&transcript.request);
                let error = answer.get(2..).unwrap();
                assert!(matches!(error, "70" | "68"), "{}: {answer}", transcript.request);
            }
        }
        assert_eq!(caller.ask("BA1234F850103093936"), "BB68");
        assert_eq!(caller.ask("NG85010309393612345"), "NH68");
    }
}

#[test]
fn a_configuration_that_is_wrong_is_refused_in_words() {
    let folder = Folder::new();
    let good = configuration("development", true, "");
    for (config, words) in [
        (good.replace("server.crt", "nowhere.crt"), "nowhere.crt"),
        (good.replace("'server.key'", "'ca.crt'"), "private key"),
        (good.replace("'server.key'", "'client.key'"), "do not fit together"),
        (good.replace("'ca.crt'", "'client.key'"), "client CA"),
        (good.replace("profile = 'development'", "profile = 'production'"), "production"),
        (format!("colour = 'red'\n{good}"), "colour"),
        (good.replace("127.0.0.1:0", "somewhere"), "invalid socket address"),
        ("profile = ".to_owned(), "refused.toml"),
    ] {
        let path = folder.write("refused.toml", &config);
        let path = path.to_str().unwrap();
        for arguments in [&["check-config", "--config", path][..], &["--config", path]] {
            let output = payhsmd(arguments);
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{said}");
            assert!(said.contains(words), "{said} does not say {words}");
        }
    }
    let output = payhsmd(&["--config", "/nowhere/payhsm.toml"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot read /nowhere/payhsm.toml"));
    assert_eq!(output.status.code(), Some(1));
    let path = folder.write("good.toml", &good);
    let output = payhsmd(&["check-config", "--config", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().ends_with("good, profile development\n"));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let config = configuration("development", true, "");
    let config = config.replace("plain = '127.0.0.1:0'", &format!("plain = '{address}'"));
    let path = folder.write("payhsm.toml", &config);
    let output = payhsmd(&["--config", path.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&format!("cannot listen on {address}")), "{said}");

    // The quickstart says how to move.
    let base = address.port().to_string();
    let dir = folder.path("quickstart");
    let output =
        payhsmd(&["quickstart", "--dir", dir.to_str().unwrap(), "--port-base", &base, "--once"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot listen on") && said.contains("--port-base"), "{said}");
}

#[test]
fn a_request_that_was_accepted_is_answered_before_the_daemon_stops() {
    let folder = Folder::new();
    let mut daemon = folder.development("");
    let mut whole = daemon.plain();
    let mut begun = daemon.plain();
    let mut tls = folder.host_client("client", daemon.address(true, None));
    let idle = daemon.plain();
    for caller in [&mut whole, &mut begun] {
        assert_eq!(caller.ask("B20002hi"), "B300hi");
    }
    assert_eq!(tls.ask("B20002hi"), "B300hi");
    let frame = framed("B20002on");
    let (head, rest) = frame.split_at(9);
    begun.stream.write_all(head).unwrap();
    pause(Duration::from_millis(100));

    whole.stream.write_all(&frame.repeat(50)).unwrap();
    tls.send("B20002on");
    let asked = Instant::now();
    daemon.terminate();
    wait_for("word that it stops", || daemon.log.contain("stopping"));
    begun.stream.write_all(rest).unwrap();
    assert_eq!(begun.receive().as_deref(), Some("B300on"), "it had begun");
    for _ in 0..50 {
        assert_eq!(whole.receive().as_deref(), Some("B300on"));
    }
    assert_eq!(tls.receive().as_deref(), Some("B300on"));
    assert_eq!((begun.receive(), whole.receive(), tls.receive()), (None, None, None));
    assert_eq!(daemon.end().code(), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
    drop(idle);
}

#[test]
fn the_quickstart_gives_its_tour_and_serves_until_it_is_stopped() {
    let folder = Folder::new();
    let dir = folder.path("quickstart");
    let dir = dir.to_str().unwrap();
    let base = free_ports(4);
    let port = base.to_string();
    let start = |more: &[&str]| {
        let arguments = [&["quickstart", "--dir", dir, "--port-base", &port], more].concat();
        Daemon::start(&arguments)
    };
    let mut first = start(&["--once"]);
    assert_eq!(first.end().code(), Some(0), "{:#?} {:#?}", first.out.all(), first.log.all());
    wait_for("the end of the tour", || first.out.contain("rows hold"));
    assert!(first.out.contain("TEST LMK"), "nobody may overlook it");

    // Only its owner may read what it made.
    let mode = |path: &str| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(dir), 0o700);
    let file = |name: &str| format!("{dir}/{name}");
    for name in ["ca.crt", "server.key", "client.key", "payhsm.toml", "quickstart.toml"] {
        assert_eq!(mode(&file(name)), 0o600, "{name}");
    }
    let certificate = std::fs::read(file("server.crt")).unwrap();

    // The second start finds everything as it was.
    let mut second = start(&[]);
    wait_for("the second start", || second.out.contain("Serving until") || second.has_ended());
    assert!(second.out.contain("Serving until"), "{:#?}", second.log.all());
    assert_eq!(std::fs::read(file("server.crt")).unwrap(), certificate);
    let rows = second.out.all().iter().filter(|line| line.contains(" ok ")).count();
    assert!(rows >= 30, "{rows} rows");

    let mut plain = Caller::new(connect(SocketAddr::from(([127, 0, 0, 1], base))));
    let answer = plain.ask("NC");
    // README.md shows this answer, header and all.
    let readme = include_str!("../README.md");
    assert!(readme.contains(&format!("0000{answer}")), "README.md does not show {answer}");
    let identity = Some((file("client.crt").into(), file("client.key").into()));
    let stream = connect(SocketAddr::from(([127, 0, 0, 1], base + 1000)));
    let mut secure = Caller::new(tls(file("ca.crt").as_ref(), identity, &[], stream));
    assert_eq!(secure.ask("NC"), answer);
    drop(secure);

    second.terminate();
    assert_eq!(second.end().code(), Some(0));
    wait_for("its last words", || second.out.contain("Stopping"));
}
