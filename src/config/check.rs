//! What a configuration must not ask for. All of it is told at once.

use super::{Config, Listen};
use crate::settings::Profile;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt;
use tracing_subscriber::EnvFilter;

/// The longest path of a Unix socket, bytes (`sun_path` without its end).
const LONGEST_SOCKET: usize = 107;

/// The highest id of an LMK.
const LAST_LMK: u8 = 99;

/// The longest that a connection may be told to wait, seconds: 30 days.
const LONGEST_WAIT: u64 = 30 * 24 * 60 * 60;

/// What the log can be told to leave out.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

impl Config {
    /// Everything that is wrong, a sentence each with the name of its key.
    pub(super) fn mistakes(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        self.check_listen(&mut wrong);
        self.check_tls(&mut wrong);
        self.check_numbers(&mut wrong);
        self.check_officers(&mut wrong);
        self.check_unattended(&mut wrong);
        self.check_audit(&mut wrong);
        self.check_issuing(&mut wrong);
        self.check_development(&mut wrong);
        self.check_monitoring(&mut wrong);
        self.check_log(&mut wrong);
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
        self.check_ports(wrong);
    }

    /// The ports of a base, counted from it.
    fn offsets(&self) -> impl Iterator<Item = u32> {
        // Without a list a developer's appliance has up to three, and another none before it is unsealed.
        let developers = if self.profile == Profile::Development { &[0, 1, 2][..] } else { &[] };
        let lmks = self.listen.lmks.as_deref().unwrap_or(developers);
        std::iter::once(0).chain(lmks.iter().map(|id| u32::from(*id) + 1))
    }

    /// The ports of a base; port 0 lets the system choose.
    pub(crate) fn ports(&self, base: SocketAddr) -> impl Iterator<Item = u32> {
        let first = u32::from(base.port());
        self.offsets().map(move |offset| first + offset).filter(move |_| first != 0)
    }

    /// How many sockets listen for callers.
    pub(super) fn sockets(&self) -> usize {
        let bases = [self.listen.tls, self.listen.plain].into_iter().flatten().count();
        bases * self.offsets().count()
    }

    fn check_ports(&self, wrong: &mut Vec<String>) {
        let Listen { tls, plain, .. } = &self.listen;
        for (key, base) in [("tls", tls), ("plain", plain)] {
            let beyond = base.and_then(|base| self.ports(base).find(|port| *port > 65_535));
            if let Some(port) = beyond {
                wrong.push(format!(
                    "listen.{key}: an LMK would have port {port}, and the last is 65535 (LMK n has base + 1 + n)"
                ));
            }
        }
        let (Some(tls), Some(plain)) = (*tls, *plain) else { return };
        let same_address =
            tls.ip() == plain.ip() || tls.ip().is_unspecified() || plain.ip().is_unspecified();
        let taken: BTreeSet<_> = self.ports(tls).collect();
        let twice = self.ports(plain).find(|port| same_address && taken.contains(port));
        if let Some(port) = twice {
            wrong.push(format!(
                "listen.plain and listen.tls would both have port {port}: each has its base and base + 1 + n for \
                 LMK n; move one of them"
            ));
        }
    }

    fn check_log(&self, wrong: &mut Vec<String>) {
        let Some(level) = &self.log.level else { return };
        // A word alone would be the name of a module, and the log would be silent.
        let word = |part: &&str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let known = |part: &str| LEVELS.iter().any(|level| part.eq_ignore_ascii_case(level));
        let parts = level.split(',').map(str::trim);
        let odd = parts.filter(word).any(|part| part != "payhsm" && !known(part));
        if odd || EnvFilter::try_new(level).is_err() {
            wrong.push(format!(
                "log.level: `{}` is none of {}, nor a filter such as payhsm=debug",
                level.escape_default(),
                LEVELS.join(", ")
            ));
        }
    }

    /// What lets nobody in, and what nobody could help against.
    pub(super) fn warn_of_callers(&self, said: &mut Vec<String>) {
        let production = self.profile != Profile::Development;
        if self.officers.socket.is_none() && self.unattended.is_some() {
            said.push(
                "unattended without officers.socket: if the credential is refused, nobody can unseal"
                    .to_owned(),
            );
        } else if self.officers.socket.is_none() && production {
            said.push(
                "officers.socket is missing: nobody can bring an LMK into force, and every command but those of \
                 status is refused with 70"
                    .to_owned(),
            );
        }
        for caller in self.callers.iter().filter(|caller| caller.commands.is_empty()) {
            let name = caller.name.escape_default();
            said.push(format!("caller `{name}` has no commands: each is refused with 68"));
        }
    }

    fn check_numbers(&self, wrong: &mut Vec<String>) {
        let length = self.host.pin_length;
        if !(4..=12).contains(&length) {
            wrong.push(format!("host.pin_length is {length}, but a PIN has 4 to 12 digits"));
        }
        let limits = self.limits;
        if limits.connections == 0 {
            wrong.push("limits.connections is 0, and nobody could be served".to_owned());
        }
        for (key, seconds) in [
            ("handshake_seconds", limits.handshake_seconds),
            ("idle_seconds", limits.idle_seconds),
            ("request_seconds", limits.request_seconds),
        ] {
            if seconds == 0 {
                wrong.push(format!("limits.{key} is 0, and nobody could be served"));
            } else if seconds > LONGEST_WAIT {
                // And the sum of now and a number of any size is none.
                wrong.push(format!(
                    "limits.{key} is {seconds}, but at most {LONGEST_WAIT}, 30 days"
                ));
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
    }

    fn check_unattended(&self, wrong: &mut Vec<String>) {
        if let Some(unattended) = &self.unattended {
            if self.state.is_none() {
                wrong.push("unattended.credential: there is nothing to unseal without the folder that state names".to_owned());
            }
            let name = &unattended.credential;
            let good = !name.is_empty() && name.len() <= 255 && name != "." && name != "..";
            if !good || name.contains(['/', '\0']) {
                wrong.push(format!(
                    "unattended.credential: `{}` is no name of a systemd credential; it is the name in LoadCredentialEncrypted=, no path",
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
        // Found by fuzzing: the daemon stopped at the first connection.
        for key in ["handshake", "idle", "request"] {
            let forever = format!("{listen}[limits]\n{key}_seconds = 9223372036854775807");
            assert!(with(&forever).contains("30 days"), "{key}");
        }
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
