//! Dynamic CVV2s and contactless values, for products as a quickstart has them.

use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_client::CallError;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::cw_generate_cvv::GenerateCvv;
use payhsm_protocol::command::pm_verify_contactless::{VISA, VerifyContactless};
use payhsm_protocol::command::va_generate_dynamic_cvv2::GenerateDynamicCvv2;
use payhsm_protocol::command::vc_verify_dynamic_cvv2::VerifyDynamicCvv2;
use payhsm_protocol::command::ve_set_dynamic_mode::SetDynamicMode;
use payhsm_protocol::command::vg_tell_dynamic_status::TellDynamicStatus;
use payhsm_protocol::field::{
    Card, CardKeyDerivation, CardSequence, ContactlessValue, DynamicMode, Expiry, Pan,
    SecurityDigits, SecurityValue, ServiceCode, StaticCvv2, VisaDcvv,
};
use payhsm_protocol::host::{Bare, Fields, Settings, Writer};

/// A published test card of a product with dynamic CVV2s alone.
const PAN: &[u8; 16] = b"4111111111111111";
/// One of a product that has the static CVV2 as a fallback.
const WITH_FALLBACK: &[u8; 16] = b"5555555555554444";
const EXPIRY: Expiry = Expiry(*b"2912");
const SEQUENCE: CardSequence = CardSequence(*b"01");
const STATIC: ServiceCode = ServiceCode(*b"000");

/// A published MK-AC under the public AES test LMK, and a dCVV of it that is published too.
const MK_AC: &str = "S10096E0TX00N00024323799F724746846895F0263D5919F617E6DC1001FE175384F9B1BADBA73098633E8E34E109247DA";
const DCVV_PAN: &[u8; 16] = b"1234567890123456";

fn card(pan: &[u8; 16]) -> Card {
    Card(Pan(pan.to_vec()).into())
}

fn write_card(host: &mut Writer<'_>, pan: &[u8; 16]) {
    host.raw(pan);
    host.raw(b";");
}

/// Puts a card into a mode, if it is not in it.
async fn put_into(kit: &Kit, pan: &[u8; 16], mode: DynamicMode) -> Result<(), PrepareError> {
    match kit.call(&SetDynamicMode { card: card(pan), mode }).await {
        Ok(_)
        | Err(PrepareError::Call { error: CallError::Refused(ErrorCode::AlreadyInMode), .. }) => {
            Ok(())
        }
        Err(error) => Err(error),
    }
}

pub(super) async fn va(kit: &Kit) -> Result<Request, PrepareError> {
    let dcvk = kit.key(*b"90").await?;
    let request = GenerateDynamicCvv2 {
        dcvk,
        card: card(PAN),
        expiry: EXPIRY,
        sequence: SEQUENCE,
        zone: None,
        static_cvv2: None,
    };
    kit.finish(&request, |host| {
        host.key(&request.dcvk);
        write_card(host, PAN);
        host.raw(&EXPIRY.0);
        host.raw(&SEQUENCE.0);
        host.raw(b";");
    })
    .await
}

/// A dynamic CVV2 is good once, so it is the static one that is verified in its place.
pub(super) async fn vc(kit: &Kit) -> Result<Request, PrepareError> {
    put_into(kit, WITH_FALLBACK, DynamicMode::DynamicWithFallback).await?;
    let dcvk = kit.key(*b"90").await?;
    let cvk = kit.key(*b"C0").await?;
    let pan = Pan(WITH_FALLBACK.to_vec()).into();
    let made = GenerateCvv { cvk: cvk.clone(), pan, expiry: EXPIRY, service_code: STATIC };
    let digits = SecurityDigits(kit.call(&made).await?.cvv.0.to_vec());
    let value = SecurityValue::Clear(digits);
    let static_cvv2 = Some(StaticCvv2 { cvk, expiry: EXPIRY });
    let request = VerifyDynamicCvv2 {
        dcvk,
        card: card(WITH_FALLBACK),
        expiry: EXPIRY,
        sequence: SEQUENCE,
        value,
        merchant: None,
        static_cvv2,
    };
    kit.finish(&request, |host| {
        host.key(&request.dcvk);
        write_card(host, WITH_FALLBACK);
        host.raw(&EXPIRY.0);
        host.raw(&SEQUENCE.0);
        host.security_value(&request.value);
        host.raw(b";;");
        host.key(&made.cvk);
        host.raw(&EXPIRY.0);
    })
    .await
}

/// It answers VD from the second time on.
pub(super) async fn ve(kit: &Kit) -> Result<Request, PrepareError> {
    put_into(kit, WITH_FALLBACK, DynamicMode::Static).await?;
    let mode = DynamicMode::DynamicWithFallback;
    let request = SetDynamicMode { card: card(WITH_FALLBACK), mode };
    kit.finish(&request, |host| {
        write_card(host, WITH_FALLBACK);
        host.raw(&[mode.digit()]);
    })
    .await
}

pub(super) async fn vg(kit: &Kit) -> Result<Request, PrepareError> {
    kit.finish(&TellDynamicStatus { card: card(PAN) }, |host| write_card(host, PAN)).await
}

pub(super) async fn pm(kit: &Kit) -> Result<Request, PrepareError> {
    let master_key = Fields::new(MK_AC.as_bytes(), &Settings::default())
        .key(Bare::Pair)
        .map_err(|_| PrepareError::Unwritable(payhsm_protocol::Opcode::PM.code()))?;
    let request = VerifyContactless {
        master_key,
        derivation: CardKeyDerivation::A,
        pan: Pan(DCVV_PAN.to_vec()).into(),
        value: ContactlessValue::Visa(VisaDcvv {
            expiry: Expiry(*b"1310"),
            service_code: ServiceCode(*b"226"),
            counter: [0x32, 0x10],
            dcvv: SecurityDigits(b"422".to_vec()),
        }),
    };
    kit.finish(&request, |host| {
        host.raw(&VISA);
        host.key(&request.master_key);
        host.raw(&[CardKeyDerivation::A.letter()]);
        write_card(host, DCVV_PAN);
        host.contactless_value(&request.value);
    })
    .await
}
