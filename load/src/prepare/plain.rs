//! Commands that need no keys, or nothing but one.

use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_protocol::command::b2_echo::Echo;
use payhsm_protocol::command::bu_check_key::CheckKey;
use payhsm_protocol::command::n0_generate_random::{GenerateRandom, RandomLength};
use payhsm_protocol::command::nc_diagnostics::Diagnose;
use payhsm_protocol::field::{Bytes, KeyLengthFlag, KeyType};

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

pub(super) async fn n0(kit: &Kit) -> Result<Request, PrepareError> {
    kit.finish(&GenerateRandom { length: RandomLength(16) }, |host| host.raw(b"016")).await
}

pub(super) async fn a0(kit: &Kit) -> Result<Request, PrepareError> {
    let request = Kit::key_request(*b"P0");
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
