//! From under the old LMK, which in the profile `development` is the variant LMK; and key blocks with narrower headers.

use super::pins::{ACCOUNT, account, random_pin};
use super::{Kit, PrepareError, VARIANT_LMK};
use crate::template::Request;
use payhsm_protocol::command::a0_generate_key::GenerateKey;
use payhsm_protocol::command::bg_migrate_pin::MigratePin;
use payhsm_protocol::command::bw_migrate_key::MigrateKey;
use payhsm_protocol::command::cs_modify_header::{HeaderChange, ModifyHeader};
use payhsm_protocol::command::lo_migrate_table::MigrateTable;
use payhsm_protocol::field::{
    CheckValueType, DecimalisationTable, Exportability, KeyAttributes, KeyLengthFlag, KeyScheme,
    KeyType, SentKey,
};

/// 0123456789012345 under the public variant test LMK. No command makes one.
const TABLE: [u8; 8] = [0xA5, 0xC4, 0xF7, 0xA8, 0x11, 0xE9, 0x39, 0x2C];

pub(super) async fn bw(kit: &Kit) -> Result<Request, PrepareError> {
    let zpk = KeyType(*b"001");
    let made = GenerateKey { key_type: zpk, scheme: KeyScheme::U, attributes: None, export: None };
    let request = MigrateKey {
        key_type: zpk,
        length: KeyLengthFlag::Double,
        key: SentKey(kit.under(Some(VARIANT_LMK)).call(&made).await?.key),
        new_type: None,
        scheme: None,
        attributes: Some(KeyAttributes {
            usage: *b"P0",
            algorithm: None,
            mode_of_use: b'B',
            version: *b"00",
            exportability: Exportability::Trusted,
            optional_blocks: Vec::new(),
        }),
        check_value: Some(CheckValueType::Short),
    };
    kit.finish_with_tail(
        &request,
        |host| {
            host.raw(b"011"); // type 001, double length
            host.key(&request.key.0);
        },
        |host| host.raw(b"#P0B00E00!11"),
    )
    .await
}

pub(super) async fn bg(kit: &Kit) -> Result<Request, PrepareError> {
    let pin = kit.under(Some(VARIANT_LMK)).call(&random_pin()).await?.pin;
    let request = MigratePin { account: account(), pin };
    kit.finish_with_pin(&request, &request.pin, |host| {
        host.raw(ACCOUNT);
        host.lmk_pin(&request.pin);
    })
    .await
}

pub(super) async fn lo(kit: &Kit) -> Result<Request, PrepareError> {
    let request = MigrateTable { table: DecimalisationTable::UnderDesLmk(TABLE) };
    kit.finish(&request, |host| host.encrypted_table(&request.table)).await
}

pub(super) async fn cs(kit: &Kit) -> Result<Request, PrepareError> {
    let change = HeaderChange::Exportability(Exportability::Trusted, Exportability::None);
    let request = ModifyHeader { key: SentKey(kit.exportable_key(*b"P0").await?), change };
    kit.finish(&request, |host| {
        host.key(&request.key.0);
        host.raw(b"EE;N");
    })
    .await
}
