//! XC: the next card numbers of a batch. Source: docs/protocol/XC.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{BatchId, CardForms, CardNumber, KeyField, MostCards, Place};
use crate::host::{Bare, Fields, Writer};

request! {
    /// A batch, of which card numbers are to be had.
    pub struct NextCardNumbers {
        /// What XA answered.
        pub batch: BatchId,
        /// The key that they were reserved with.
        pub issue_key: KeyField,
        /// Which of them.
        pub place: Place,
        /// How many, at most.
        pub most: MostCards,
        /// In which forms.
        pub forms: CardForms,
    }
}

reply! {
    /// Card numbers, and how far the batch is.
    pub struct GivenCardNumbers {
        /// How many of the batch were given so far, these included.
        pub given: u32,
        /// How many the batch has.
        pub quantity: u32,
        /// The card numbers, each in every form that was asked for, a token first.
        pub cards: Vec<Vec<CardNumber>>,
    }
}

impl Command for NextCardNumbers {
    const OPCODE: Opcode = Opcode::XC;
    type Reply = GivenCardNumbers;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let batch = fields.batch_id()?;
        let issue_key = fields.key(Bare::Pair)?;
        let place = fields.place()?;
        let most = fields.most_cards()?;
        let forms = fields.card_forms()?;
        Ok(Self { batch, issue_key, place, most, forms })
    }
}

impl Reply for GivenCardNumbers {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.decimal(usize::try_from(self.given).unwrap_or(usize::MAX), 5);
        writer.decimal(usize::try_from(self.quantity).unwrap_or(usize::MAX), 5);
        writer.decimal(self.cards.len(), 3);
        self.cards.iter().flatten().for_each(|card| writer.card_number(card));
    }
}
