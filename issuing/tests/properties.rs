//! What holds whatever happens to a row, in any order, with crashes between.
#![cfg(test)]

#[path = "properties/cards.rs"]
mod cards;
#[path = "properties/dcvv2.rs"]
mod dcvv2;
#[path = "properties/rates.rs"]
mod rates;
#[path = "properties/rows.rs"]
mod rows;

use payhsm_issuing::Row;

/// A row as a store has it: what is not kept is lost.
struct Kept(Option<Vec<u8>>);

impl Kept {
    fn row<R: Row + Default>(&self) -> R {
        self.0.as_ref().map_or_else(R::default, |bytes| R::decode(bytes).unwrap())
    }

    fn keep<R: Row>(&mut self, row: &R) {
        self.0 = Some(row.encode().to_vec());
    }
}
