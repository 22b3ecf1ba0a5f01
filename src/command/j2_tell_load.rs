//! J2: how busy the appliance was.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_protocol::command::j2_tell_load::{LoadTold, TellLoad};
use payhsm_protocol::field::{LoadBand, Moment};

impl Handle for TellLoad {
    const POLICY: Policy = Policy::STATUS;

    fn handle(_: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<LoadTold> {
        let bands = context.numbers.load.bands(context.clock.elapsed());
        let bands = bands.map(|band| LoadBand { from: band.from, to: band.to, spans: band.spans });
        let mut period = context.since_start();
        // Spans that are over: the one that is now does not count yet.
        let spans = bands.iter().map(|band| band.spans).sum::<u64>();
        period.end = Moment(period.start.0.saturating_add(spans));
        Ok(LoadTold { serial: context.serial(), period, bands: bands.into() }.into())
    }
}
