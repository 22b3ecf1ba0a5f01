//! Where the database is, and how it is spoken to.

use crate::Unavailable;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a server may take to let somebody in.
const CONNECT: Duration = Duration::from_secs(3);

/// How long what was sent may go unacknowledged.
const UNACKNOWLEDGED: Duration = Duration::from_secs(5);

/// A database, and the password that it asks for.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    /// `None` in clear, on this machine.
    pub(super) tls: Option<MakeRustlsConnect>,
}

impl Address {
    pub(super) fn new(url: &str, authorities: Option<&[u8]>) -> Result<Self, Unavailable> {
        // What the parser says of a url may be a part of it: of a password, say, with a `?` in it.
        let not_understood = |_| Unavailable::new("the url of the database is not understood");
        let mut config: Config = url.parse().map_err(not_understood)?;
        let here = on_this_machine(&config);
        let tls = match config.get_ssl_mode() {
            SslMode::Require => true,
            SslMode::Disable if !here => {
                let why = "without TLS the database has to be on this machine";
                return Err(Unavailable::new(why));
            }
            // Among others of a later version.
            SslMode::Disable | SslMode::Prefer | _ => !here,
        };
        config.ssl_mode(if tls { SslMode::Require } else { SslMode::Disable });
        config.application_name("payhsm").tcp_user_timeout(UNACKNOWLEDGED);
        config.connect_timeout(CONNECT);
        let tls = if tls { Some(connector(authorities)?) } else { None };
        Ok(Self { config, tls })
    }
}

/// Whether no host is elsewhere. An address goes before the name.
fn on_this_machine(config: &Config) -> bool {
    let addresses = config.get_hostaddrs();
    if !addresses.is_empty() {
        return addresses.iter().all(std::net::IpAddr::is_loopback);
    }
    config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            let address = name.parse::<std::net::IpAddr>();
            name == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
    })
}

fn connector(authorities: Option<&[u8]>) -> Result<MakeRustlsConnect, Unavailable> {
    let missing = || Unavailable::new("TLS to the database needs certificates of authorities");
    let damaged = || Unavailable::new("the authorities of the database are no certificates in PEM");
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authorities.ok_or_else(missing)?) {
        let certificate = certificate.map_err(|_| damaged())?;
        roots.add(certificate).map_err(|_| damaged())?;
    }
    if roots.is_empty() {
        return Err(damaged());
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let versions = builder.with_safe_default_protocol_versions();
    let builder = versions.map_err(|error| Unavailable::new(error.to_string()))?;
    let config = builder.with_root_certificates(roots).with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address")
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    fn refused(url: &str) -> String {
        Address::new(url, None).unwrap_err().to_string()
    }

    #[test]
    fn in_clear_on_this_machine_alone() {
        for host in ["localhost", "127.0.0.1", "127.8.0.1", "[::1]", "%2Frun%2Fpostgresql"] {
            let address = Address::new(&format!("postgres://u:p@{host}/d"), None).unwrap();
            assert!(address.tls.is_none(), "{host}");
        }
        for host in ["db", "10.0.0.1", "localhost,db", "localhost.example", "[::2]", "128.0.0.1"] {
            let text = refused(&format!("postgres://u:p@{host}/d"));
            assert!(text.contains("certificates of authorities"), "{host}: {text}");
            let text = refused(&format!("postgres://u:p@{host}/d?sslmode=disable"));
            assert!(text.contains("on this machine"), "{host}: {text}");
        }
        let text = refused("postgres://u:p@localhost/d?sslmode=require");
        assert!(text.contains("certificates of authorities"), "{text}");
        // The address is what counts, whatever the name says.
        let text = refused("host=localhost hostaddr=10.0.0.1 user=u");
        assert!(text.contains("certificates of authorities"), "{text}");
    }

    #[test]
    fn authorities_are_certificates() {
        for text in
            ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
        {
            let refused = Address::new("postgres://u:p@db/d", Some(text.as_bytes())).unwrap_err();
            assert!(refused.to_string().contains("no certificates"), "{refused}");
        }
    }

    #[test]
    fn no_error_and_no_debug_has_the_password() {
        for url in [
            "postgres://u:geheim@h:x/d",
            "postgres://u:a?geheim=b@h/d",
            "postgres://u:geheim@h/d?x=y",
        ] {
            let text = refused(url);
            assert!(!text.contains("geheim"), "{text}");
        }
        let address = Address::new("postgres://u:geheim@localhost/d", None).unwrap();
        assert_eq!(format!("{address:?}"), "Address");
        assert!(!format!("{:?}", address.config).contains("geheim"));
    }
}
