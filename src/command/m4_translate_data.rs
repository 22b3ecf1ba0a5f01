//! M4: translate data from one key to another; its clear form never leaves this call.

use super::data::in_place;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::{Position, Purpose};
use payhsm_protocol::command::m4_translate_data::{TranslateData, TranslatedData};

impl Handle for TranslateData {
    const POLICY: Policy = Policy::EVERYWHERE;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<TranslatedData> {
        let source = context.data_key(
            request.source_key_type,
            &request.source_key,
            Purpose::Decrypt,
            Position::Source,
        )?;
        let destination = context.data_key(
            request.destination_key_type,
            &request.destination_key,
            Purpose::Encrypt,
            Position::Destination,
        )?;
        let mut data = request.data.clone();
        let source_iv = in_place(request.source_mode, &mut data, |mode, iv, data| {
            source.decrypt(mode, iv, data)
        })?;
        let destination_iv = in_place(request.destination_mode, &mut data, |mode, iv, data| {
            destination.encrypt(mode, iv, data)
        })?;
        Ok(TranslatedData { format: request.output, source_iv, destination_iv, data }.into())
    }
}
