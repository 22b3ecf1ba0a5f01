//! Commands that monitors poll.

use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_protocol::command::j2_tell_load::TellLoad;
use payhsm_protocol::command::j4_tell_volumes::TellVolumes;
use payhsm_protocol::command::j8_tell_health_counts::TellHealthCounts;
use payhsm_protocol::command::jk_tell_health::TellHealth;
use payhsm_protocol::command::ni_tell_network::{HostPort, TellNetwork};

pub(super) async fn ni(kit: &Kit) -> Result<Request, PrepareError> {
    let request = TellNetwork { port: HostPort::First, statistics: true };
    kit.finish(&request, |host| host.raw(b"11")).await
}

pub(super) async fn j2(kit: &Kit) -> Result<Request, PrepareError> {
    kit.finish(&TellLoad {}, |_| ()).await
}

pub(super) async fn j4(kit: &Kit) -> Result<Request, PrepareError> {
    kit.finish(&TellVolumes {}, |_| ()).await
}

pub(super) async fn j8(kit: &Kit) -> Result<Request, PrepareError> {
    kit.finish(&TellHealthCounts {}, |_| ()).await
}

pub(super) async fn jk(kit: &Kit) -> Result<Request, PrepareError> {
    kit.finish(&TellHealth {}, |_| ()).await
}
