//! What a configuration must not ask for in the section of the audit log.

use super::{Config, Durability};
use crate::settings::Profile;
use payhsm_audit::cosignature::WitnessKey;
use std::collections::BTreeSet;

/// The longest name of a log, bytes: files of its witnesses have it in their names.
const LONGEST_NAME: usize = 128;

impl Config {
    pub(super) fn check_audit(&self, wrong: &mut Vec<String>) {
        let audit = &self.audit;
        let profile = self.profile.name();
        let development = self.profile == Profile::Development;
        if audit.durability == Durability::Off && !development {
            wrong.push(format!(
                "audit.durability: `off` is for the profile `development` alone, and this profile is \
                 `{profile}`; leave it out, or use `relaxed`"
            ));
        } else if self.audit_folder().is_none() && !development {
            wrong.push(format!(
                "audit.folder: the profile `{profile}` keeps an audit log; give it a folder, or give `state`"
            ));
        }
        if let Some(name) = &audit.name
            && !payhsm_audit::note::is_key_name(name)
        {
            wrong.push(format!(
                "audit.name: `{name}` has a space or a `+`, or is empty; a name looks like \
                 hsm-1.bank.example/audit"
            ));
        } else if let Some(name) = audit.name.as_ref().filter(|name| name.len() > LONGEST_NAME) {
            wrong.push(format!("audit.name has {} bytes, and at most {LONGEST_NAME}", name.len()));
        }
        self.check_witnesses(wrong);
    }

    fn check_witnesses(&self, wrong: &mut Vec<String>) {
        let audit = &self.audit;
        match audit.witness_keys() {
            Ok(keys) => {
                let names: BTreeSet<_> = keys.iter().map(WitnessKey::name).collect();
                if names.len() < keys.len() {
                    wrong.push("audit.witnesses: two of them have the same name".to_owned());
                }
            }
            Err((text, error)) => {
                wrong.push(format!("audit.witnesses: `{}`: {error}", text.escape_default()));
            }
        }
        let said = match (&audit.witness_folder, audit.witnesses.is_empty()) {
            (Some(_), true) => {
                "audit.witness_folder: there is nobody to meet; name audit.witnesses"
            }
            (None, false) => "audit.witnesses: give audit.witness_folder, where they are met",
            (Some(_), false) if self.audit_folder().is_none() => {
                "audit.witnesses: there is no log to be witnessed"
            }
            (Some(_), false) | (None, true) => return,
        };
        wrong.push(said.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use payhsm_audit::cosignature::WitnessKey;

    fn mistakes(audit: &str) -> String {
        let text = format!(
            "profile = 'development'\n[listen]\nplain = '127.0.0.1:0'\n[audit]\nfolder = 'a'\n{audit}"
        );
        toml::from_str::<Config>(&text).unwrap().mistakes().join("\n")
    }

    #[test]
    fn witnesses_have_keys_names_of_their_own_and_a_folder() {
        let key = |name, byte| format!("'{}'", WitnessKey::new(name, [byte; 32]).unwrap());
        let (one, two, same) = (key("w1", 1), key("w2", 2), key("w1", 3));
        assert_eq!(mistakes(&format!("witnesses = [{one}, {two}]\nwitness_folder = 'w'")), "");
        for (audit, why) in [
            (format!("witnesses = [{one}]"), "give audit.witness_folder"),
            ("witness_folder = 'w'".to_owned(), "there is nobody to meet"),
            (format!("witnesses = [{one}, {same}]\nwitness_folder = 'w'"), "the same name"),
            ("witnesses = ['w1+00000000+AA']\nwitness_folder = 'w'".to_owned(), "`w1+00000000+AA`"),
            (format!("name = '{}'", "n".repeat(129)), "at most 128"),
        ] {
            assert!(mistakes(&audit).contains(why), "{audit}: {}", mistakes(&audit));
        }
        let off = format!("durability = 'off'\nwitnesses = [{one}]\nwitness_folder = 'w'");
        assert!(mistakes(&off).contains("no log to be witnessed"), "{}", mistakes(&off));
    }
}
