//! M0: encrypt data.

use super::data::in_place;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::{Position, Purpose};
use payhsm_protocol::command::m0_encrypt_data::EncryptData;
use payhsm_protocol::command::shared::CipheredData;

impl Handle for EncryptData {
    const POLICY: Policy = Policy::EVERYWHERE;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<CipheredData> {
        let (key_type, purpose) = (request.key_type, Purpose::Encrypt);
        let key = context.data_key(key_type, &request.key, purpose, Position::Source)?;
        let mut data = request.data.clone();
        let iv = in_place(request.mode, &mut data, |mode, iv, data| key.encrypt(mode, iv, data))?;
        Ok(CipheredData { format: request.output, iv, data }.into())
    }
}
