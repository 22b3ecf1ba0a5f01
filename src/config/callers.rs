//! `[[caller]]`: who may call.

use super::Reasons;
use crate::caller::{Caller, Callers, Commands, Fingerprint, Names, PLAIN, Recognised, UNKNOWN};
use crate::command::policy;
use crate::net::is_dns_name;
use crate::settings::Profile;
use payhsm_protocol::Opcode;
use serde::Deserialize;
use std::num::NonZeroU32;

/// The highest rate that can be told from none, commands a second.
const HIGHEST_RATE: u32 = 1_000_000;

/// What stands for all of them.
const ALL: &str = "*";

/// A caller as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallerSection {
    /// What logs and records call it.
    pub name: String,
    /// SHA-256 of its certificate, 64 hex digits. This or the next.
    pub certificate: Option<String>,
    /// A DNS name that its certificate has as a subject alternative name.
    pub name_in_certificate: Option<String>,
    /// Codes of the commands that it may use; `*`: all that the profile has.
    #[serde(default)]
    pub commands: Vec<String>,
    /// Labels of stored keys that it may name; `*`: all.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Zones that it may name; `*`: all.
    #[serde(default)]
    pub zones: Vec<String>,
    /// Commands a second that it may ask for; without it, no limit.
    pub per_second: Option<u32>,
}

/// The callers, or everything that is wrong with them.
pub(super) fn read(sections: &[CallerSection], profile: Profile) -> Result<Callers, Reasons> {
    let mut callers = Callers::default();
    let mut wrong = Vec::new();
    for (number, section) in (1_usize..).zip(sections) {
        let mut mistakes = Vec::new();
        if let Some((how, caller)) = section.read(profile, &mut mistakes)
            && callers.add(how, caller).is_err()
        {
            let before = sections.iter().take(number - 1);
            let key = section.shared_with(before).unwrap_or("certificate");
            mistakes.push(format!("{key}: an entry before it has the same one"));
        }
        let name = section.name.escape_default();
        wrong.extend(
            mistakes.iter().map(|mistake| format!("caller {number} (`{name}`): {mistake}")),
        );
    }
    if wrong.is_empty() { Ok(callers) } else { Err(Reasons(wrong)) }
}

impl CallerSection {
    fn read(&self, profile: Profile, wrong: &mut Vec<String>) -> Option<(Recognised, Caller)> {
        self.check_name(wrong);
        let how = self.recognised(wrong);
        let commands = self.commands(profile, wrong);
        let labels = names("labels", &self.labels, wrong);
        let zones = names("zones", &self.zones, wrong);
        let mut caller = Caller::new(&self.name, commands).with_names(labels, zones);
        if let Some(per_second) = self.per_second {
            match NonZeroU32::new(per_second).filter(|rate| rate.get() <= HIGHEST_RATE) {
                Some(rate) => caller = caller.with_rate(rate),
                None => wrong.push(format!(
                    "per_second is {per_second}, and may be 1 to {HIGHEST_RATE}; without it there \
                     is no limit"
                )),
            }
        }
        if wrong.is_empty() { how.map(|how| (how, caller)) } else { None }
    }

    /// The key that one of these has the same value in.
    fn shared_with<'a>(&self, mut others: impl Iterator<Item = &'a Self>) -> Option<&'static str> {
        let same = |one: &Option<String>, other: &Option<String>| {
            let other = other.as_deref();
            one.as_deref()
                .is_some_and(|one| other.is_some_and(|other| one.eq_ignore_ascii_case(other)))
        };
        others.find_map(|other| {
            if self.name == other.name {
                Some("name")
            } else if same(&self.name_in_certificate, &other.name_in_certificate) {
                Some("name_in_certificate")
            } else {
                None
            }
        })
    }

    fn check_name(&self, wrong: &mut Vec<String>) {
        let in_shape = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !(1..=32).contains(&self.name.len()) || !self.name.bytes().all(in_shape) {
            wrong.push("name has 1 to 32 characters: letters, digits, `-`, `_`, `.`".to_owned());
        }
        if [PLAIN, UNKNOWN].contains(&self.name.as_str()) {
            wrong.push("name is taken: `plain` and `unknown` are the daemon's own".to_owned());
        }
    }

    fn recognised(&self, wrong: &mut Vec<String>) -> Option<Recognised> {
        match (&self.certificate, &self.name_in_certificate) {
            (Some(print), None) => {
                let read = fingerprint(print).map(Recognised::ByFingerprint);
                if read.is_none() {
                    wrong.push(
                        "certificate has to be the SHA-256 of the certificate: 64 hex digits, nothing between them \
                         (openssl x509 -in FILE -outform DER | sha256sum)"
                            .to_owned(),
                    );
                }
                read
            }
            (None, Some(name)) if is_dns_name(name) => Some(Recognised::ByName(name.clone())),
            (None, Some(name)) => {
                let name = name.escape_default();
                wrong.push(format!(
                    "name_in_certificate: `{name}` is no DNS name; write one that the certificate has as a subject \
                     alternative name, such as switch.bank.example"
                ));
                None
            }
            (None, None) | (Some(_), Some(_)) => {
                wrong.push("it needs certificate or name_in_certificate, one of them".to_owned());
                None
            }
        }
    }

    fn commands(&self, profile: Profile, wrong: &mut Vec<String>) -> Commands {
        let mut commands = Commands::NONE;
        for code in &self.commands {
            let opcode = code.as_bytes().try_into().ok().and_then(Opcode::from_code);
            match opcode {
                _ if code == ALL => commands = Commands::ALL,
                Some(opcode) if policy(opcode).profiles.contains(&profile) => {
                    commands = commands.with(opcode);
                }
                Some(_) => {
                    let profile = profile.name();
                    wrong.push(format!("commands: the profile `{profile}` does not have {code}"));
                }
                None => {
                    let capital = code.to_ascii_uppercase();
                    let known = capital.as_bytes().try_into().ok().and_then(Opcode::from_code);
                    let advice = if known.is_some() {
                        format!("did you mean {capital}?")
                    } else {
                        "NO, CA and the others are two characters each, in docs/protocol".to_owned()
                    };
                    let code = code.escape_default();
                    wrong.push(format!("commands: there is no command `{code}`; {advice}"));
                }
            }
        }
        commands
    }
}

fn names(key: &str, listed: &[String], wrong: &mut Vec<String>) -> Names {
    if listed.iter().any(|name| name == ALL) {
        return Names::Any;
    }
    // As officers may name keys and zones.
    let (longest, marks) = if key == "zones" { (3, "") } else { (32, "-_.") };
    for name in listed {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || marks.contains(letter);
        if !(1..=longest).contains(&name.len()) || !name.chars().all(fits) {
            let name = name.escape_default();
            let what = if key == "zones" {
                "no name of a zone: 1 to 3 letters or digits"
            } else {
                "no label of a key: 1 to 32 letters, digits, `-`, `_`, `.`"
            };
            wrong.push(format!("{key}: `{name}` is {what}; `*` stands for all"));
        }
    }
    Names::These(listed.iter().cloned().collect())
}

fn fingerprint(text: &str) -> Option<Fingerprint> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let byte = |&[high, low]: &[u8; 2]| Some(digit(high)? << 4 | digit(low)?);
    pairs.iter().map(byte).collect::<Option<Vec<_>>>()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::{CallerSection, read};
    use crate::settings::Profile;
    use payhsm_protocol::Opcode;

    fn sections(text: &str) -> Vec<CallerSection> {
        let table: toml::Table = text.parse().unwrap();
        table["caller"].clone().try_into().unwrap()
    }

    fn said(text: &str) -> String {
        read(&sections(text), Profile::Issuer).unwrap_err().to_string()
    }

    #[test]
    fn a_caller_has_what_is_given_to_it() {
        let print = "0A".repeat(32);
        let callers = sections(&format!(
            "[[caller]]\nname = 'api'\ncertificate = '{print}'\ncommands = ['CA', 'CC']\n\
             zones = ['VIS']\n[[caller]]\nname = 'batch'\nname_in_certificate = 'batch.example'\n\
             commands = ['*']\nlabels = ['*']"
        ));
        let callers = read(&callers, Profile::Issuer).unwrap();
        let api = callers.of(&[10; 32], |_| false);
        assert_eq!(api.name(), "api");
        assert!(api.may_ask(Opcode::CA) && !api.may_ask(Opcode::B2));
        assert!(api.may_name_zone("VIS") && !api.may_name_zone("MCI") && !api.may_name_key("x"));
        let batch = callers.of(&[0; 32], |name| name == "batch.example");
        assert!(
            batch.may_ask(Opcode::B2) && batch.may_name_key("x") && !batch.may_name_zone("VIS")
        );
    }

    #[test]
    fn mistakes_are_named_with_the_entry() {
        let entry = |rest: &str| said(&format!("[[caller]]\nname = 'a'\n{rest}"));
        let dns = "name_in_certificate = 'a.example'";
        assert!(entry("").contains("caller 1 (`a`): it needs certificate or"));
        assert!(entry(&format!("{dns}\ncertificate = '00'")).contains("one of them"));
        for print in ["00", &"0g".repeat(32), &"00".repeat(33), &"0".repeat(63)] {
            assert!(
                entry(&format!("certificate = '{print}'")).contains("64 hex digits"),
                "{print}"
            );
        }
        assert!(entry("name_in_certificate = 'a b'").contains("no DNS name"));
        assert!(entry(&format!("{dns}\ncommands = ['ca']")).contains("no command `ca`"));
        assert!(entry(&format!("{dns}\ncommands = ['BA']")).contains("does not have BA"));
        assert!(entry(&format!("{dns}\nper_second = 0")).contains("per_second is 0"));
        assert!(entry(&format!("{dns}\nzones = ['']")).contains("zones: `` is no name of a zone"));
        for name in ["plain", "unknown", "", "a b"] {
            let text = format!("[[caller]]\nname = '{name}'\n{dns}");
            assert!(said(&text).contains("): name "), "{name}");
        }
        let twice = format!("[[caller]]\nname = 'a'\n{dns}\n[[caller]]\nname = 'b'\n{dns}");
        assert!(said(&twice).contains("caller 2 (`b`)"));
    }
}
