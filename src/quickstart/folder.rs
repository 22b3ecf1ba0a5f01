//! The folder of a quickstart: certificates, configuration, and where the daemon listens.

use super::certificates::{self, CLIENT_NAME};
use super::{keys, written};
use crate::cli::Failure;
use crate::clock;
use crate::config::Listen;
use crate::net::Bound;
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// The plain port of a quickstart; TLS is 1000 higher, as on a payShield.
const PORT_BASE: u16 = 1500;

/// Certificates that end sooner than this are made anew.
const RENEW_BEFORE: Duration = Duration::from_secs(24 * 60 * 60);

/// Certificates and keys.
const CERTIFICATES: [&str; 5] = ["ca.crt", "server.crt", "server.key", "client.crt", "client.key"];

/// `quickstart.toml`: what a client needs to call this daemon. File names are relative to it.
#[derive(Debug, Serialize)]
struct Addresses<'a> {
    tls_address: String,
    plain_address: String,
    server_name: &'a str,
    ca: &'a str,
    certificate: &'a str,
    private_key: &'a str,
}

#[derive(Serialize, Deserialize)]
struct Expiry {
    not_after: u64,
    /// The client's name in its certificate; folders of earlier versions have none.
    #[serde(default)]
    client_name: String,
}

/// A prepared folder.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

/// Where a quickstart listens on this base port.
pub(super) fn listen(base: u16) -> Listen {
    let on = |port| Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    Listen { plain: on(base), tls: on(base + 1000), lmks: None }
}

impl Folder {
    /// Makes what is missing; what is there and still good is used again. Gives a sentence for everything that was there
    /// and is another now.
    pub(super) fn prepare(path: &Path) -> Result<(Self, Vec<String>), Failure> {
        let folder = Self(path.to_owned());
        let mut changed = Vec::new();
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|error| format!("cannot make the folder {}: {error}", path.display()))?;
        folder.check_that_it_is_ours()?;
        if !folder.certificates_are_good() {
            if folder.has_certificates() {
                changed.push(
                    "the certificates had ended or were of an earlier version: CA, server and client have new ones"
                        .to_owned(),
                );
            }
            folder.write_certificates()?;
        }
        if !folder.config().exists() {
            let text = format!(
                "{}\n{}\n{}",
                written::configuration(PORT_BASE),
                written::caller(),
                written::ISSUER
            );
            folder.write("payhsm.toml", text.as_bytes())?;
        }
        if folder.add_at_end(&["caller"], &written::caller())? {
            changed.push(
                "payhsm.toml named no caller, as in earlier versions: a [[caller]] for client.crt was added at its end"
                    .to_owned(),
            );
        }
        if folder.add_at_end(&["product", "token_domain", "development"], written::ISSUER)? {
            changed.push(
                "payhsm.toml said nothing of cards, as in earlier versions: a product, token domains and keys.toml were \
                 added at its end"
                    .to_owned(),
            );
        }
        if !folder.0.join(keys::FILE).exists() {
            folder.write(keys::FILE, keys::make()?.as_bytes())?;
        }
        Ok((folder, changed))
    }

    /// Nothing is written over that is not a quickstart's.
    fn check_that_it_is_ours(&self) -> Result<(), Failure> {
        let foreign = |what: &str| {
            let folder = self.0.display();
            Err(format!("{folder} {what}; a quickstart would change it: choose another --dir")
                .into())
        };
        if self.has_certificates() && !self.0.join("certificates.toml").exists() {
            return foreign("has certificates or keys that no quickstart has made");
        }
        let config = fs::read_to_string(self.config()).unwrap_or_default();
        let config = config.parse::<toml::Table>().unwrap_or_default();
        match config.get("profile").and_then(toml::Value::as_str) {
            None | Some("development") => Ok(()),
            Some(_) => foreign("has a payhsm.toml of another profile than development"),
        }
    }

    /// A folder of an earlier version knows no callers, and its client could no longer call; nor does it know cards. Adds what
    /// it has nothing of, and tells whether that was so.
    fn add_at_end(&self, keys: &[&str], sections: &str) -> Result<bool, Failure> {
        let path = self.config();
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        // What is no TOML is for the reader of the configuration to refuse.
        let none = |table: toml::Table| !keys.iter().any(|key| table.contains_key(*key));
        let lacks = text.parse::<toml::Table>().is_ok_and(none);
        if lacks {
            self.write("payhsm.toml", format!("{text}\n{sections}").as_bytes())?;
        }
        Ok(lacks)
    }

    /// The configuration of the daemon.
    pub(super) fn config(&self) -> PathBuf {
        self.0.join("payhsm.toml")
    }

    fn has_certificates(&self) -> bool {
        CERTIFICATES.iter().any(|file| self.0.join(file).exists())
    }

    fn certificates_are_good(&self) -> bool {
        let complete = CERTIFICATES.iter().all(|file| self.0.join(file).is_file());
        let expiry = fs::read_to_string(self.0.join("certificates.toml"))
            .ok()
            .and_then(|text| toml::from_str::<Expiry>(&text).ok());
        match (complete, expiry, clock::now().duration_since(UNIX_EPOCH)) {
            (true, Some(expiry), Ok(now)) => {
                expiry.client_name == CLIENT_NAME
                    && now + RENEW_BEFORE < Duration::from_secs(expiry.not_after)
            }
            _ => false,
        }
    }

    fn write_certificates(&self) -> Result<(), Failure> {
        let made = certificates::make()?;
        self.write("ca.crt", made.ca.as_bytes())?;
        for (name, (certificate, key)) in [("server", made.server), ("client", made.client)] {
            self.write(&format!("{name}.crt"), certificate.as_bytes())?;
            self.write(&format!("{name}.key"), key.as_bytes())?;
        }
        let client_name = CLIENT_NAME.to_owned();
        let expiry = toml::to_string(&Expiry { not_after: made.not_after, client_name })?;
        self.write("certificates.toml", expiry.as_bytes())
    }

    /// Writes a file that only its owner can read, whole or not at all.
    fn write(&self, name: &str, content: &[u8]) -> Result<(), Failure> {
        let target = self.0.join(name);
        let scratch = self.0.join(format!(".{name}.new"));
        let failed = |error| format!("cannot write {}: {error}", target.display());
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&scratch)
            .and_then(|mut file| file.write_all(content))
            .and_then(|()| fs::rename(&scratch, &target))
            .map_err(failed)?;
        Ok(())
    }

    /// Leaves word of where the daemon listens, for `payhsm-load` and other clients.
    pub(super) fn write_addresses(&self, bound: &[Bound]) -> Result<(), Failure> {
        let addresses = Addresses {
            tls_address: base_address(bound, true)?.to_string(),
            plain_address: base_address(bound, false)?.to_string(),
            server_name: "localhost",
            ca: "ca.crt",
            certificate: "client.crt",
            private_key: "client.key",
        };
        self.write("quickstart.toml", toml::to_string(&addresses)?.as_bytes())
    }

    /// How a client reaches the daemon, with the certificates of this folder.
    pub(super) fn client(&self, bound: &[Bound]) -> Result<payhsm_client::Config, Failure> {
        let address = base_address(bound, true)?;
        let file = |name: &str| self.0.join(name);
        let credentials = payhsm_client::Credentials::from_pem_files(
            file("ca.crt"),
            file("client.crt"),
            file("client.key"),
        )?;
        Ok(payhsm_client::Config::new(address.to_string(), "localhost", credentials))
    }
}

fn base_address(bound: &[Bound], tls: bool) -> Result<SocketAddr, Failure> {
    bound.iter().find(|one| one.tls == tls && one.lmk.is_none()).map(|one| one.address).ok_or_else(
        || {
            Failure::from(
                "the quickstart listens on TLS and on plain TCP; payhsm.toml has lost one of them",
            )
        },
    )
}

/// Tells a person which port is what.
pub(super) fn print_addresses(out: &mut impl Write, bound: &[Bound]) -> Result<(), Failure> {
    writeln!(out, "Ports:")?;
    let mut bound = bound.to_vec();
    bound.sort_by_key(|one| (!one.tls, one.address));
    for one in bound {
        let kind = if one.tls {
            "TLS, client certificate, both dialects"
        } else {
            "plain TCP, host dialect"
        };
        let lmk = one.lmk.map_or_else(|| "default LMK or %nn".to_owned(), |id| format!("LMK {id}"));
        writeln!(out, "  {:<22} {lmk:<20} {kind}", one.address.to_string())?;
    }
    Ok(())
}
