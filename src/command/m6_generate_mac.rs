//! M6: make a MAC.

use super::data::{algorithm, chained, data_code};
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::Purpose;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::m6_generate_mac::{GenerateMac, GeneratedMac, MacResult};
use payhsm_protocol::field::{Mac, MacPart};

impl Handle for GenerateMac {
    const POLICY: Policy = Policy::EVERYWHERE;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<GeneratedMac> {
        let key = context.mac_key(request.key_type, &request.key, Purpose::Generate)?;
        let (algorithm, padding) = algorithm(request.method);
        let data = &request.data.0;
        let before = match &request.part {
            MacPart::Only | MacPart::First => None,
            MacPart::Middle(before) | MacPart::Last(before) => Some(before.as_slice()),
        };
        let result = match request.part {
            MacPart::First | MacPart::Middle(_) => {
                MacResult::Chaining(chained(&key, algorithm, before, data)?)
            }
            MacPart::Only | MacPart::Last(_) => {
                let mac = key.mac(algorithm, padding, before, data).map_err(data_code)?;
                let mac = mac.truncated(request.size.bytes()).map_err(|_| ErrorCode::Internal)?;
                MacResult::Mac(Mac(mac.to_vec()))
            }
        };
        Ok(GeneratedMac { result }.into())
    }
}
