//! What officers can authorise: `category.sub.interface`, such as `export.P0.host`.

use payhsm_protocol::field::{KeyField, KeyType};
use std::fmt;
use std::str::FromStr;

/// What kind of thing is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// A key is made.
    Generate,
    /// A key is taken in.
    Import,
    /// A key is sent out.
    Export,
    /// A key is put together from components.
    Component,
    /// A key is taken over from the LMK that was in force before.
    Migrate,
    /// A command is used that is only for a time.
    Command,
    /// A PIN is handled in clear.
    Pin,
}

/// From where it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interface {
    /// By a caller.
    Host,
    /// By officers.
    Console,
}

/// Which key type or usage, which command, or which kind of PIN.
const ANY: &str = "*";

/// An activity as officers write it. `*` in the middle stands for everything there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    category: Category,
    sub: String,
    interface: Interface,
}

/// Why a text names no activity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoActivity {
    /// Not three words with two points between them.
    #[error("an activity is written category.sub.interface, such as export.P0.host")]
    Shape,
    /// There is no such category.
    #[error("`{0}` is none of generate, import, export, component, migrate, command and pin")]
    Category(String),
    /// There is no such sub.
    #[error(
        "`{0}` is not what such an activity is for: a key type such as 001, a key usage such as P0, \
         a command such as BA, or * for all of them; for pin: clear"
    )]
    Sub(String),
    /// There is no such interface.
    #[error("`{0}` is no interface; there are host and console")]
    Interface(String),
}

impl Category {
    /// Every category.
    pub const ALL: [Self; 7] = [
        Self::Generate,
        Self::Import,
        Self::Export,
        Self::Component,
        Self::Migrate,
        Self::Command,
        Self::Pin,
    ];

    /// Its name in an activity.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Import => "import",
            Self::Export => "export",
            Self::Component => "component",
            Self::Migrate => "migrate",
            Self::Command => "command",
            Self::Pin => "pin",
        }
    }

    /// Whether a sub can be meant: a typing error must not look like an authorisation.
    fn has(self, sub: &str) -> bool {
        let lengths = match self {
            Self::Generate | Self::Import | Self::Export | Self::Component | Self::Migrate => 2..=3,
            Self::Command => 2..=2,
            Self::Pin => return sub == CLEAR_PIN,
        };
        let in_shape = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        lengths.contains(&sub.len()) && sub.bytes().all(in_shape)
    }
}

/// The sub of [`Category::Pin`].
const CLEAR_PIN: &str = "clear";

impl Interface {
    /// Its name in an activity.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Console => "console",
        }
    }
}

impl Activity {
    /// Whether whoever may do this may do that.
    #[must_use]
    pub fn covers(&self, category: Category, sub: &str, interface: Interface) -> bool {
        (self.category, self.interface) == (category, interface)
            && (self.sub == ANY || self.sub == sub)
    }
}

impl FromStr for Activity {
    type Err = NoActivity;

    fn from_str(text: &str) -> Result<Self, NoActivity> {
        let words: Vec<_> = text.split('.').collect();
        let &[category, sub, interface] = words.as_slice() else {
            return Err(NoActivity::Shape);
        };
        let named = |one: &Category| one.name() == category;
        let category = Category::ALL
            .into_iter()
            .find(named)
            .ok_or_else(|| NoActivity::Category(category.to_owned()))?;
        let interface = [Interface::Host, Interface::Console]
            .into_iter()
            .find(|one| one.name() == interface)
            .ok_or_else(|| NoActivity::Interface(interface.to_owned()))?;
        if sub != ANY && !category.has(sub) {
            return Err(NoActivity::Sub(sub.to_owned()));
        }
        Ok(Self { category, sub: sub.to_owned(), interface })
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.category.name(), self.sub, self.interface.name())
    }
}

/// What a request is about, as far as officers have a say in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    sub: Sub,
    also: Option<Category>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sub {
    KeyType([u8; 3]),
    Usage([u8; 2]),
    Command([u8; 2]),
    ClearPin,
}

impl Subject {
    /// A PIN in clear.
    pub const CLEAR_PIN: Self = Self { sub: Sub::ClearPin, also: None };

    /// This command.
    #[must_use]
    pub const fn command(code: [u8; 2]) -> Self {
        Self { sub: Sub::Command(code), also: None }
    }

    /// A key of this usage.
    #[must_use]
    pub const fn usage(usage: [u8; 2]) -> Self {
        Self { sub: Sub::Usage(usage), also: None }
    }

    /// A key of this type, under a variant LMK.
    #[must_use]
    pub const fn key_type(key_type: KeyType) -> Self {
        Self { sub: Sub::KeyType(key_type.0), also: None }
    }

    /// This key: of the usage that its block says, or else of this type. What a block says is not
    /// yet authenticated here, but nothing comes of a request whose block then is refused.
    #[must_use]
    pub fn key(field: &KeyField, otherwise: KeyType) -> Self {
        match field {
            KeyField::Block(block) => block.usage().map_or(Self::key_type(otherwise), Self::usage),
            KeyField::Cryptogram(_) | KeyField::Stored(_) => Self::key_type(otherwise),
        }
    }

    /// The same, and this is done with it besides what the policy of the command says.
    #[must_use]
    pub const fn and(self, category: Category) -> Self {
        Self { also: Some(category), ..self }
    }

    /// What else is done.
    pub(super) const fn also(&self) -> Option<Category> {
        self.also
    }

    /// The middle of an activity. What is no text is in none.
    pub(super) fn sub(&self) -> &str {
        match &self.sub {
            Sub::KeyType(key_type) => std::str::from_utf8(key_type).unwrap_or_default(),
            Sub::Usage(two) | Sub::Command(two) => std::str::from_utf8(two).unwrap_or_default(),
            Sub::ClearPin => CLEAR_PIN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Activity, Category, Interface};

    #[test]
    fn activities_are_written_as_they_are_read() {
        for text in [
            "generate.P0.host",
            "export.001.host",
            "import.*.console",
            "migrate.72.host",
            "pin.clear.host",
        ] {
            assert_eq!(text.parse::<Activity>().unwrap().to_string(), text);
        }
        for (text, word) in [
            ("export.P0", "category.sub.interface"),
            ("export.P0.host.host", "category.sub.interface"),
            ("exports.P0.host", "`exports`"),
            ("export.p0.host", "`p0`"),
            ("export.P.host", "`P`"),
            ("export..host", "``"),
            ("command.001.host", "`001`"),
            ("pin.P0.host", "`P0`"),
            ("export.P0.HOST", "`HOST`"),
        ] {
            let refusal = text.parse::<Activity>().unwrap_err().to_string();
            assert!(refusal.contains(word), "{text}: {refusal}");
        }
    }

    #[test]
    fn an_activity_covers_itself_and_a_star_its_category() {
        let covers = |text: &str, category, sub: &str| {
            text.parse::<Activity>().unwrap().covers(category, sub, Interface::Host)
        };
        assert!(covers("export.P0.host", Category::Export, "P0"));
        assert!(covers("export.*.host", Category::Export, "001"));
        assert!(!covers("export.P0.host", Category::Export, "K0"));
        assert!(!covers("export.*.host", Category::Import, "P0"));
        assert!(!covers("export.P0.console", Category::Export, "P0"));
    }
}
