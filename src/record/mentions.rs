//! What a command was about, in the words of its record.

use payhsm_protocol::field::CheckValue;

/// What a command was about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// The keys, in the order in which they were used.
    pub keys: Vec<KeyName>,
    /// Names of zones.
    pub zones: Vec<String>,
    /// The account.
    pub account: Option<NamedAccount>,
}

/// A key as records name it: a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyName {
    /// `kcv:` and six hex digits: a key that came with its request, as most do, so it takes no memory of its own.
    CheckValue([u8; 10]),
    /// `label:` and the label of a stored key.
    Label(String),
}

impl KeyName {
    /// By the first three bytes of its check value; zeros for what is not there.
    #[must_use]
    pub fn of_check_value(value: &CheckValue) -> Self {
        let mut text = *b"kcv:000000";
        let digits = value.0.get(..3).unwrap_or(&value.0);
        if let Some(place) = text.get_mut(4..4 + 2 * digits.len())
            && hex::encode_to_slice(digits, place).is_ok()
        {
            place.make_ascii_uppercase();
        }
        Self::CheckValue(text)
    }

    /// By its label.
    #[must_use]
    pub fn of_label(label: &str) -> Self {
        Self::Label(format!("label:{label}"))
    }
}

impl AsRef<str> for KeyName {
    fn as_ref(&self) -> &str {
        match self {
            Self::CheckValue(text) => str::from_utf8(text).unwrap_or_default(),
            Self::Label(text) => text,
        }
    }
}

/// An account as records name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedAccount {
    /// The first six and the last four digits, as far as the request had them, and `*` for the others.
    pub shown: String,
    /// Its keyed fingerprint, where there is a key for it.
    pub fingerprint: Option<[u8; 16]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_names() {
        let named = |bytes: &[u8]| KeyName::of_check_value(&CheckValue(bytes.to_vec()));
        assert_eq!(named(&[0xA1, 0x0B, 0x9F]).as_ref(), "kcv:A10B9F");
        assert_eq!(named(&[0xFF; 8]).as_ref(), "kcv:FFFFFF");
        assert_eq!(named(&[0x12]).as_ref(), "kcv:120000");
        assert_eq!(KeyName::of_label("zpk-visa").as_ref(), "label:zpk-visa");
    }
}
