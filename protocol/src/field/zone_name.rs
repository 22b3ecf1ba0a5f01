//! Which partner a value is for.

use super::{Checked, is_zone, names_nothing};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};

/// The name of a zone: 1 to 3 letters or digits.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct ZoneName(pub String);

names_nothing!(ZoneName);

impl Checked for ZoneName {
    fn check(&self) -> Result<(), ErrorCode> {
        if is_zone(&self.0) { Ok(()) } else { Err(ErrorCode::InvalidIndex) }
    }
}
