//! All callers of an appliance, by what their certificates say.

use super::{Caller, UNKNOWN};
use std::collections::BTreeMap;
use std::sync::Arc;

/// SHA-256 of a certificate, DER.
pub type Fingerprint = [u8; 32];

/// How a certificate is recognised as a caller's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// It is this one.
    ByFingerprint(Fingerprint),
    /// It has this DNS name as a subject alternative name.
    ByName(String),
}

/// Two callers of one name, or two that the same certificate could be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two callers are the same")]
pub struct KnownTwice;

/// The callers that there are.
#[derive(Debug)]
pub struct Callers {
    by_fingerprint: BTreeMap<Fingerprint, Arc<Caller>>,
    by_name: BTreeMap<String, Arc<Caller>>,
    unknown: Arc<Caller>,
}

impl Default for Callers {
    fn default() -> Self {
        let unknown = Arc::new(Caller::unknown());
        Self { by_fingerprint: BTreeMap::new(), by_name: BTreeMap::new(), unknown }
    }
}

impl Callers {
    /// Adds a caller.
    ///
    /// # Errors
    /// [`KnownTwice`] if it could not be told from one that is there.
    pub fn add(&mut self, how: Recognised, caller: Caller) -> Result<(), KnownTwice> {
        let mut all = self.by_fingerprint.values().chain(self.by_name.values());
        if caller.name() == UNKNOWN || all.any(|other| other.name() == caller.name()) {
            return Err(KnownTwice);
        }
        let caller = Arc::new(caller);
        let before = match how {
            Recognised::ByFingerprint(print) => self.by_fingerprint.insert(print, caller),
            Recognised::ByName(name) => self.by_name.insert(name.to_ascii_lowercase(), caller),
        };
        if before.is_some() { Err(KnownTwice) } else { Ok(()) }
    }

    /// Who has this certificate: the caller with its fingerprint, else the only one whose name it
    /// `has`. A certificate with the names of two callers is nobody's.
    pub fn of(&self, print: &Fingerprint, mut has: impl FnMut(&str) -> bool) -> Arc<Caller> {
        if let Some(caller) = self.by_fingerprint.get(print) {
            return Arc::clone(caller);
        }
        let mut named = self.by_name.iter().filter(|(name, _)| has(name)).map(|(_, one)| one);
        match (named.next(), named.next()) {
            (Some(caller), None) => Arc::clone(caller),
            _ => Arc::clone(&self.unknown),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Callers, Recognised};
    use crate::caller::{Caller, Commands};

    fn caller(name: &str) -> Caller {
        Caller::new(name, Commands::ALL)
    }

    #[test]
    fn a_certificate_is_one_callers_or_nobodys() {
        let mut callers = Callers::default();
        callers.add(Recognised::ByFingerprint([1; 32]), caller("print")).unwrap();
        callers.add(Recognised::ByName("A.example".into()), caller("a")).unwrap();
        callers.add(Recognised::ByName("b.example".into()), caller("b")).unwrap();
        let who = |print: u8, names: &[&str]| {
            callers.of(&[print; 32], |name| names.contains(&name)).name().to_owned()
        };
        assert_eq!(who(1, &["a.example"]), "print");
        assert_eq!(who(2, &["a.example", "c.example"]), "a");
        assert_eq!(who(2, &["a.example", "b.example"]), "unknown");
        assert_eq!(who(2, &[]), "unknown");
    }

    #[test]
    fn nobody_is_known_twice() {
        for (how, name) in [
            (Recognised::ByFingerprint([2; 32]), "a"),
            (Recognised::ByFingerprint([1; 32]), "b"),
            (Recognised::ByName("A.example".into()), "c"),
            (Recognised::ByName("d.example".into()), "unknown"),
        ] {
            let mut callers = Callers::default();
            callers.add(Recognised::ByFingerprint([1; 32]), caller("a")).unwrap();
            callers.add(Recognised::ByName("a.example".into()), caller("z")).unwrap();
            assert!(callers.add(how, caller(name)).is_err(), "{name}");
        }
    }
}
