//! What the commands for monitors share.

use super::Context;
use payhsm_protocol::field::{Moment, Period, Serial};

impl Context<'_> {
    /// The serial number of the appliance, twelve hex digits.
    pub(super) fn serial(&self) -> Serial {
        let text = format!("{:012X}", self.numbers.lives.told().serial);
        Serial(text.into_bytes().try_into().unwrap_or(*b"000000000000"))
    }

    /// Now.
    pub(super) fn moment(&self) -> Moment {
        Moment(self.cards.now())
    }

    /// From the start of the daemon until now. By a clock that cannot be set, so that it is as long as it was.
    pub(super) fn since_start(&self) -> Period {
        let now = self.moment();
        let start = Moment(now.0.saturating_sub(self.clock.elapsed().as_secs()));
        Period { start, end: now, now }
    }
}
