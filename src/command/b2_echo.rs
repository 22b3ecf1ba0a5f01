//! B2: echo.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_protocol::command::b2_echo::{Echo, EchoReply};

impl Handle for Echo {
    const POLICY: Policy = Policy::STATUS;

    fn handle(request: &Authorized<Self>, _: &mut Context<'_>) -> Outcome<EchoReply> {
        Ok(EchoReply { data: request.data.clone() }.into())
    }
}
