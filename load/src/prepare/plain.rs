//! Commands that need no keys, or nothing but one.

use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_protocol::command::a0_generate_key::GenerateKey;
use payhsm_protocol::command::a4_form_key::{Components, FormKey};
use payhsm_protocol::command::b0_translate_key_scheme::TranslateKeyScheme;
use payhsm_protocol::command::b2_echo::Echo;
use payhsm_protocol::command::bu_check_key::CheckKey;
use payhsm_protocol::command::n0_generate_random::{GenerateRandom, RandomLength};
use payhsm_protocol::command::nc_diagnostics::Diagnose;
use payhsm_protocol::command::no_status::{ReportStatus, StatusMode};
use payhsm_protocol::command::ra_revoke_activities::RevokeActivities;
use payhsm_protocol::field::{Bytes, Exportability, KeyLengthFlag, KeyScheme, KeyType};

pub(super) async fn b2(kit: &Kit) -> Result<Request, PrepareError> {
    let request = Echo { data: Bytes(vec![b'x'; 64]) };
    kit.finish(&request, |host| {
        host.hexadecimal(request.data.0.len(), 4);
        host.raw(&request.data.0);
    })
    .await
}

pub(super) async fn nc(kit: &Kit) -> Result<Request, PrepareError> {
    kit.finish(&Diagnose {}, |_| ()).await
}

pub(super) async fn no(kit: &Kit) -> Result<Request, PrepareError> {
    kit.finish(&ReportStatus { mode: StatusMode::Configuration }, |host| host.raw(b"00")).await
}

pub(super) async fn ra(kit: &Kit) -> Result<Request, PrepareError> {
    kit.finish(&RevokeActivities { activities: None }, |_| ()).await
}

pub(super) async fn n0(kit: &Kit) -> Result<Request, PrepareError> {
    kit.finish(&GenerateRandom { length: RandomLength(16) }, |host| host.raw(b"016")).await
}

pub(super) async fn a0(kit: &Kit) -> Result<Request, PrepareError> {
    let request = Kit::key_request(*b"P0", Exportability::None);
    kit.finish_with_tail(
        &request,
        |host| {
            host.raw(b"0"); // generate
            host.raw(&KeyType::KEY_BLOCK.0);
            host.raw(b"S");
        },
        // Usage, algorithm, mode of use, version, exportability, no optional blocks.
        |host| host.raw(b"#P0T2N00N00"),
    )
    .await
}

pub(super) async fn a4(kit: &Kit) -> Result<Request, PrepareError> {
    let mut components = Vec::new();
    for version in [*b"c1", *b"c2"] {
        let mut component = Kit::key_request(*b"P0", Exportability::None);
        if let Some(attributes) = &mut component.attributes {
            attributes.version = version;
        }
        components.push(kit.call(&component).await?.key);
    }
    let request = FormKey {
        key_type: KeyType::KEY_BLOCK,
        scheme: KeyScheme::Thales,
        components: Components(components),
        header: None,
    };
    kit.finish(&request, |host| {
        host.decimal(request.components.0.len(), 1);
        host.raw(&KeyType::KEY_BLOCK.0);
        host.raw(b"S");
        for component in &request.components.0 {
            host.key(component);
        }
    })
    .await
}

/// Only keys under a variant LMK have more than one scheme, so its key is made as none of the others.
pub(super) async fn b0(kit: &Kit) -> Result<Request, PrepareError> {
    let zpk = KeyType(*b"001");
    let made = GenerateKey { key_type: zpk, scheme: KeyScheme::U, attributes: None, export: None };
    let request =
        TranslateKeyScheme { key_type: zpk, key: kit.call(&made).await?.key, scheme: KeyScheme::X };
    kit.finish(&request, |host| {
        host.raw(&request.key_type.0);
        host.key(&request.key);
        host.raw(b"X");
    })
    .await
}

pub(super) async fn bu(kit: &Kit) -> Result<Request, PrepareError> {
    let request = CheckKey {
        key_type: KeyType::KEY_BLOCK,
        length: KeyLengthFlag::KeyBlock,
        key: kit.key(*b"P0").await?,
        check_value: None,
    };
    kit.finish(&request, |host| {
        host.raw(b"FFF"); // type as the block says, length as the block says
        host.key(&request.key);
    })
    .await
}
