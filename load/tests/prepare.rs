//! Every command can be prepared, and says the same in both dialects: against a stand-in for the
//! daemon, which makes up keys and values.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "the functions of a test are tests too, and the stand-in knows few commands"
)]

use payhsm_client::{Client, Config, Credentials, PrivateKey};
use payhsm_load::prepare::{Kit, PrepareError, Work, prepare};
use payhsm_protocol::command::{
    Done, a0_generate_key as a0, ca_translate_pin_tpk_to_zpk as ca,
    cc_translate_pin_zpk_to_zpk as cc, cw_generate_cvv as cw, de_generate_offset_of_lmk_pin as de,
    dg_generate_pvv_of_lmk_pin as dg, ja_generate_random_pin as ja,
    jg_translate_pin_lmk_to_zpk as jg, m6_generate_mac as m6, take_body,
};
use payhsm_protocol::compact::Compact;
use payhsm_protocol::field::{
    BlockScheme, CheckValue, Cvv, KeyBlock, KeyField, LmkId, LmkPin, Mac, Offset, PinBlock,
    PinBlockFormat, PinLength, Pvv,
};
use payhsm_protocol::frame::{Taken, compact};
use payhsm_protocol::{Command, CommandCode, Opcode};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use zeroize::Zeroizing;

const LMK: LmkId = LmkId(1);

/// One certificate for both sides is enough here: who may talk to whom is tested elsewhere.
async fn stand_in() -> (SocketAddr, Credentials) {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let der = certificate.der().clone();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_protocol_versions(&[&rustls::version::TLS13])
    .unwrap()
    .with_no_client_auth()
    .with_single_cert(
        vec![der.clone()],
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
    );
    let mut config = config.unwrap();
    config.alpn_protocols = vec![compact::ALPN.to_vec()];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let mut stream = TlsAcceptor::from(Arc::new(config)).accept(tcp).await.unwrap();
        let mut input = Vec::new();
        while stream.read_buf(&mut input).await.unwrap_or(0) > 0 {
            let mut output = Vec::new();
            while let Taken::Frame(request, size) = compact::take_request(&input) {
                let code = CommandCode(request.code).reply();
                compact::put_reply(&mut output, request.id, code, *b"00", |out| {
                    answer(request.code, request.body, out)
                })
                .unwrap();
                input.drain(..size);
            }
            stream.write_all(&output).await.unwrap();
            stream.flush().await.unwrap();
        }
    });
    let key = PrivateKey::from_der(Zeroizing::new(key.serialize_der()));
    (address, Credentials::from_der(vec![der.clone()], vec![der], key).unwrap())
}

fn read<C: Command>(body: &[u8]) -> C {
    let (lmk, request) = take_body::<C>(body).unwrap();
    assert_eq!(lmk, Some(LMK));
    request
}

fn key(usage: [u8; 2]) -> KeyField {
    let mut header = b"10096P0TN00N0001".to_vec();
    header[5..7].copy_from_slice(&usage);
    KeyField::Block(KeyBlock { scheme: BlockScheme::Thales, header, body: vec![0xa5; 40] })
}

fn answer(
    code: [u8; 2],
    body: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), payhsm_protocol::compact::Malformed> {
    let translated = || payhsm_protocol::command::shared::TranslatedPinBlock {
        pin_length: PinLength(4),
        pin_block: PinBlock::Tdes([0xcd; 8]),
        format: PinBlockFormat::Iso0,
    };
    match Opcode::from_code(code).unwrap() {
        Opcode::B2 => {
            // The first echo of a connection names no LMK; an echo's data looks the same in both.
            out.extend_from_slice(&body[if body[0] == 0 { 1 } else { 2 }..]);
            Ok(())
        }
        Opcode::A0 => {
            let usage = read::<a0::GenerateKey>(body).attributes.unwrap().usage;
            let check_value = CheckValue(vec![1, 2, 3]);
            a0::GeneratedKey { key: key(usage), copy: None, check_value }.put(out)
        }
        Opcode::JA => {
            read::<ja::GenerateRandomPin>(body);
            payhsm_protocol::command::shared::PinUnderLmk { pin: LmkPin::Block([0xef; 16]) }
                .put(out)
        }
        Opcode::JG => {
            assert_eq!(read::<jg::TranslatePinLmkToZpk>(body).zpk, key(*b"P0"));
            jg::EncryptedPinBlock { pin_block: PinBlock::Tdes([0xab; 8]) }.put(out)
        }
        Opcode::DG => {
            assert_eq!(read::<dg::GeneratePvvOfLmkPin>(body).pvk, key(*b"V2"));
            payhsm_protocol::command::shared::PinPvv { pvv: Pvv(*b"1234") }.put(out)
        }
        Opcode::DE => {
            assert_eq!(read::<de::GenerateOffsetOfLmkPin>(body).pvk, key(*b"V1"));
            let offset = Offset(*b"1234FFFFFFFF");
            payhsm_protocol::command::shared::PinOffset { offset }.put(out)
        }
        Opcode::CW => {
            assert_eq!(read::<cw::GenerateCvv>(body).cvk, key(*b"C0"));
            cw::GeneratedCvv { cvv: Cvv(*b"123") }.put(out)
        }
        Opcode::M6 => {
            assert_eq!(read::<m6::GenerateMac>(body).key, key(*b"M3"));
            m6::GeneratedMac { result: m6::MacResult::Mac(Mac(vec![1, 2, 3, 4])) }.put(out)
        }
        Opcode::CA => {
            assert_eq!(read::<ca::TranslatePinTpkToZpk>(body).pin_block, PinBlock::Tdes([0xab; 8]));
            translated().put(out)
        }
        Opcode::CC => {
            read::<cc::TranslatePinZpkToZpk>(body);
            translated().put(out)
        }
        Opcode::DA | Opcode::DC | Opcode::EA | Opcode::EC | Opcode::CY | Opcode::M8 => {
            Done::Done.put(out)
        }
        // What only has to be sent: any reply of the right shape will do.
        Opcode::NC => {
            out.extend_from_slice(&[0; 17]);
            Ok(())
        }
        Opcode::M0 => {
            out.extend_from_slice(&[0, 0, 1, 7]);
            Ok(())
        }
        Opcode::N0 | Opcode::BU => {
            out.extend_from_slice(&[3, 1, 2, 3]);
            Ok(())
        }
        other => panic!("{other:?} is not needed for anything"),
    }
}

#[tokio::test]
async fn every_command_is_prepared_and_says_the_same_in_both_dialects() {
    let (address, credentials) = stand_in().await;
    let config = Config::new(address.to_string(), "localhost", credentials);
    let client = Client::connect(config).await.unwrap();
    let kit = Kit::new(Some(client), Some(LMK));
    for &work in Work::ALL {
        // `prepare` compares the dialects itself and sends the request once.
        let request = match prepare(work, &kit).await {
            Ok(request) => request,
            Err(error) => panic!("{work:?}: {error}"),
        };
        assert_eq!(request.code, work.name().as_bytes());
        assert_eq!(request.compact[..2], [1, LMK.0], "{work:?}");
    }
}

#[tokio::test]
async fn without_a_client_only_what_needs_no_keys_is_prepared() {
    let kit = Kit::new(None, None);
    for &work in Work::ALL {
        match (work, prepare(work, &kit).await) {
            (Work::B2 | Work::NC | Work::N0 | Work::A0, outcome) => drop(outcome.unwrap()),
            (_, Err(PrepareError::NoClient(_))) => {}
            (_, outcome) => panic!("{work:?}: {outcome:?}"),
        }
    }
}
