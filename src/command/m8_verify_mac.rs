//! M8: verify a MAC.

use super::data::{algorithm, chained, data_code};
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::Purpose;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::m8_verify_mac::{VerifiedMac, VerifyMac};
use payhsm_protocol::field::VerifyPart;

impl Handle for VerifyMac {
    const POLICY: Policy = Policy::EVERYWHERE;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<VerifiedMac> {
        let purpose = match request.part {
            VerifyPart::Only(_) | VerifyPart::Last(..) => Purpose::Verify,
            // What a part gives is the MAC of a message that ends there, so the key must be one
            // that may make MACs.
            VerifyPart::First | VerifyPart::Middle(_) => Purpose::GenerateAndVerify,
        };
        let key = context.mac_key(request.key_type, &request.key, purpose)?;
        let (algorithm, padding) = algorithm(request.method);
        let data = &request.data.0;
        let (before, mac) = match &request.part {
            VerifyPart::Only(mac) => (None, mac),
            VerifyPart::Last(before, mac) => (Some(before.as_slice()), mac),
            VerifyPart::First => {
                let chaining = Some(chained(&key, algorithm, None, data)?);
                return Ok(VerifiedMac { chaining }.into());
            }
            VerifyPart::Middle(before) => {
                let chaining = Some(chained(&key, algorithm, Some(before.as_slice()), data)?);
                return Ok(VerifiedMac { chaining }.into());
            }
        };
        if key.mac(algorithm, padding, before, data).map_err(data_code)?.verify(&mac.0) {
            Ok(VerifiedMac { chaining: None }.into())
        } else {
            Err(ErrorCode::VerificationFailed)
        }
    }
}
