//! XA: reserve card numbers of a range. Source: docs/protocol/XA.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{BatchId, CardRange, KeyField, Quantity};
use crate::host::{Bare, Fields, Writer};

request! {
    /// A range, of which card numbers are to be put aside.
    pub struct ReserveCardNumbers {
        /// The key that card numbers are drawn by.
        pub issue_key: KeyField,
        /// The range.
        pub range: CardRange,
        /// How many.
        pub quantity: Quantity,
    }
}

reply! {
    /// Card numbers are put aside.
    pub struct ReservedCardNumbers {
        /// What XC and XG know them by.
        pub batch: BatchId,
    }
}

impl Command for ReserveCardNumbers {
    const OPCODE: Opcode = Opcode::XA;
    type Reply = ReservedCardNumbers;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let issue_key = fields.key(Bare::Pair)?;
        let range = fields.card_range()?;
        let quantity = fields.quantity()?;
        Ok(Self { issue_key, range, quantity })
    }
}

impl Reply for ReservedCardNumbers {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.hex(&self.batch.0);
    }
}
