//! What a configuration must not ask for. All of it is told at once.

use super::Config;
use crate::settings::Profile;
use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;

/// The longest path of a Unix socket, bytes (`sun_path` without its end).
const LONGEST_SOCKET: usize = 107;

/// The highest id of an LMK.
const LAST_LMK: u8 = 99;

impl Config {
    /// Everything that is wrong, a sentence each with the name of its key.
    pub(super) fn mistakes(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        self.check_listen(&mut wrong);
        self.check_numbers(&mut wrong);
        self.check_officers(&mut wrong);
        if let Err(reasons) = self.callers() {
            wrong.extend(reasons.0);
        }
        wrong
    }

    fn check_listen(&self, wrong: &mut Vec<String>) {
        let profile = self.profile.name();
        let listen = &self.listen;
        if listen.plain.is_some() && self.profile != Profile::Development {
            wrong.push(format!(
                "listen.plain: plain TCP exists in the profile `development` alone, and this \
                 profile is `{profile}`; use listen.tls"
            ));
        }
        if listen.plain.is_none() && listen.tls.is_none() {
            wrong.push("listen: neither tls nor plain is given, so nobody could call".to_owned());
        }
        if listen.tls.is_some() && self.tls.is_none() {
            wrong.push(
                "listen.tls needs the section [tls] with certificate, private_key and client_ca"
                    .to_owned(),
            );
        }
        let mut seen = BTreeSet::new();
        for id in listen.lmks.iter().flatten() {
            if *id > LAST_LMK {
                wrong.push(format!("listen.lmks: {id} is no LMK id; they are 0 to {LAST_LMK}"));
            }
            if !seen.insert(id) {
                wrong.push(format!("listen.lmks: {id} is there twice"));
            }
        }
    }

    fn check_numbers(&self, wrong: &mut Vec<String>) {
        let length = self.host.pin_length;
        if !(4..=12).contains(&length) {
            wrong.push(format!("host.pin_length is {length}, but a PIN has 4 to 12 digits"));
        }
        let limits = self.limits;
        for (key, is_zero) in [
            ("connections", limits.connections == 0),
            ("handshake_seconds", limits.handshake_seconds == 0),
            ("idle_seconds", limits.idle_seconds == 0),
            ("request_seconds", limits.request_seconds == 0),
        ] {
            if is_zero {
                wrong.push(format!("limits.{key} is 0, and nobody could be served"));
            }
        }
    }

    fn check_officers(&self, wrong: &mut Vec<String>) {
        let production = self.profile != Profile::Development;
        if production && self.state.is_none() {
            wrong.push(format!(
                "state: the profile `{}` needs a folder for what the appliance keeps",
                self.profile.name()
            ));
        }
        if self.anchor.is_some() && self.anchor == self.state {
            wrong.push("anchor is a file, and state is a folder; they are the same".to_owned());
        }
        if self.anchor.is_some() && self.state.is_none() {
            wrong.push("anchor guards the folder that state names, and there is none".to_owned());
        }
        if let Some(socket) = &self.officers.socket {
            let length = socket.as_os_str().as_bytes().len();
            if length > LONGEST_SOCKET {
                wrong.push(format!(
                    "officers.socket: {} has {length} bytes, and a Unix socket's path at most \
                     {LONGEST_SOCKET}",
                    socket.display()
                ));
            }
            if self.state.is_none() {
                wrong.push("officers.socket: officers need the folder that state names".to_owned());
            }
        }
        if let Some(unattended) = &self.unattended {
            let name = &unattended.credential;
            let good = !name.is_empty() && name.len() <= 255 && name != "." && name != "..";
            if !good || name.contains(['/', '\0']) {
                wrong.push(format!(
                    "unattended.credential: `{}` is no name of a systemd credential",
                    name.escape_default()
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn check(text: &str) -> Result<(), String> {
        let config = toml::from_str::<Config>(text).map_err(|error| error.to_string())?;
        let mistakes = config.mistakes();
        if mistakes.is_empty() { Ok(()) } else { Err(mistakes.join("\n")) }
    }

    #[test]
    fn plain_tcp_is_for_development_alone() {
        let plain = |profile: &str| {
            check(&format!(
                "profile = '{profile}'\nstate = 's'\n[listen]\nplain = '127.0.0.1:1500'"
            ))
        };
        assert_eq!(plain("development"), Ok(()));
        for profile in ["issuer", "acquirer"] {
            let refusal = plain(profile).unwrap_err();
            assert!(refusal.contains("plain TCP") && refusal.contains(profile), "{refusal}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        let with = |rest: &str| check(&format!("profile = 'development'\n{rest}")).unwrap_err();
        assert!(with("[listen]").contains("nobody could call"));
        assert!(with("[listen]\ntls = '127.0.0.1:2500'").contains("[tls]"));
        let listen = "[listen]\nplain = '127.0.0.1:1500'\n";
        assert!(with(&format!("{listen}[host]\npin_length = 13")).contains("pin_length"));
        assert!(with(&format!("{listen}[limits]\nconnections = 0")).contains("limits"));
        assert!(with(&format!("{listen}colour = 'red'")).contains("colour"));
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let said = check(
            "profile = 'issuer'\nanchor = 'a'\n[listen]\nplain = '127.0.0.1:1500'\n\
             lmks = [0, 0, 100]\n[host]\npin_length = 3\n[limits]\nidle_seconds = 0\n[officers]\nsocket = 's'\n\
             [unattended]\ncredential = '../lmk'\n[[caller]]\nname = 'a b'\ncommands = ['XX']\n",
        )
        .unwrap_err();
        for key in [
            "listen.plain",
            "listen.lmks: 0 ",
            "listen.lmks: 100 ",
            "host.pin_length",
            "limits.idle_seconds",
            "state: ",
            "anchor guards",
            "officers.socket",
            "unattended.credential",
            "caller 1 (`a b`): name",
            "`XX`",
            "certificate or name_in_certificate",
        ] {
            assert!(said.contains(key), "{key} is not in:\n{said}");
        }
    }
}
