//! Keys under the LMK that are bound anew, to less than before (BW, CS).

use crate::any_key::{AnyKey, Binding};
use crate::attributes;
use crate::key_types;
use crate::refusal::KeyRefused;
use payhsm_protocol::field::{KeyAttributes, KeyType};

impl AnyKey {
    /// The same key with these attributes, each of which is the key's own or narrower. The version number says
    /// nothing of what the key may do, so it may change freely, but a component stays one and nothing becomes one.
    ///
    /// # Errors
    /// [`KeyRefused::Widened`] for a usage, a mode of use or an exportability that is wider or another, for other
    /// optional blocks and for a key without attributes; [`KeyRefused::VersionNumber`]; what does not go with the
    /// key's algorithm or with each other.
    pub fn narrow(self, wanted: &KeyAttributes) -> Result<Self, KeyRefused> {
        let Binding::Block(said) = &self.binding else { return Err(KeyRefused::Widened) };
        let narrower = attributes::usage_narrows(said.usage, wanted.usage)
            && attributes::mode_narrows(said.mode_of_use, wanted.mode_of_use)
            && attributes::exportability_narrows(said.exportability, wanted.exportability);
        let same =
            (said.algorithm, &said.optional_blocks) == (wanted.algorithm, &wanted.optional_blocks);
        if !narrower || !same {
            return Err(KeyRefused::Widened);
        }
        let part_of_a_key = attributes::is_component(said) || attributes::is_component(wanted);
        if said.version != wanted.version && part_of_a_key {
            return Err(KeyRefused::VersionNumber);
        }
        // A usage that is not known here goes on with the mode that it has.
        if (said.usage, said.mode_of_use) != (wanted.usage, wanted.mode_of_use) {
            attributes::check(wanted, self.algorithm)?;
        }
        Ok(Self { binding: Binding::Block(wanted.clone()), ..self })
    }

    /// Gives a key of type 002, under which TPK, TMK and PVK are one, a type of its own.
    ///
    /// # Errors
    /// [`KeyRefused::KeyType`] for a key of another type, and for a type that no such key can get.
    pub fn set_apart(self, to: KeyType) -> Result<Self, KeyRefused> {
        match self.binding {
            Binding::Variant(from) if key_types::may_become(from, to) => {
                Ok(Self { binding: Binding::Variant(to), ..self })
            }
            Binding::Variant(_) | Binding::Block(_) => Err(KeyRefused::KeyType),
        }
    }
}
