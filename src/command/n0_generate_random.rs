//! N0: random bytes.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::n0_generate_random::{GenerateRandom, RandomBytes};
use payhsm_protocol::field::Bytes;

impl Handle for GenerateRandom {
    const POLICY: Policy = Policy::STATUS;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<RandomBytes> {
        let mut data = Bytes(vec![0; usize::from(request.length.0)]);
        context.random.fill(&mut data.0).map_err(|_| ErrorCode::Internal)?;
        Ok(RandomBytes { data }.into())
    }
}
