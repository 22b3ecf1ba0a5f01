//! Where the load goes, and how to get there.

use crate::template::Dialect;
use payhsm_client::{ConfigError, Credentials, tls_config};
use payhsm_protocol::frame::compact::ALPN;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use serde::Deserialize;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// The file that a quickstart leaves in its folder.
const QUICKSTART_FILE: &str = "quickstart.toml";

/// How long one connection may take to come up.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Why there is nothing to drive.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The quickstart folder does not say where the daemon is.
    #[error(
        "{} cannot be read ({reason}); start the daemon with `payhsmd quickstart --dir {}` first",
        path.display(), folder.display()
    )]
    Quickstart {
        /// The folder that was named.
        folder: PathBuf,
        /// The file that should be in it.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Certificates or key cannot be used.
    #[error(transparent)]
    Credentials(#[from] ConfigError),
    /// Nobody answers there.
    #[error("no daemon answers on {address} ({reason}); is it running?")]
    Unreachable {
        /// Where.
        address: String,
        /// What the system or the TLS library says.
        reason: io::Error,
    },
    /// The name cannot be one of a server.
    #[error("{0:?} is neither a DNS name nor an IP address")]
    ServerName(String),
}

/// What `quickstart.toml` says. File names are relative to its folder.
#[derive(Clone, Debug, Deserialize)]
pub struct Quickstart {
    /// `host:port` of the TLS listener.
    pub tls_address: String,
    /// `host:port` of the plain listener, if there is one.
    pub plain_address: Option<String>,
    /// The authority's certificate, PEM.
    pub ca: PathBuf,
    /// The client's certificate, PEM.
    pub certificate: PathBuf,
    /// The client's private key, PEM.
    pub private_key: PathBuf,
    /// The name in the server's certificate.
    pub server_name: String,
}

impl Quickstart {
    /// Reads the file in `folder`, and makes the file names absolute or relative to here.
    ///
    /// # Errors
    /// [`TargetError::Quickstart`] says what to do.
    pub fn read(folder: &Path) -> Result<Self, TargetError> {
        let path = folder.join(QUICKSTART_FILE);
        let wrong = |reason: String| TargetError::Quickstart {
            folder: folder.to_owned(),
            path: path.clone(),
            reason,
        };
        let text = std::fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
        let mut quickstart: Self =
            toml::from_str(&text).map_err(|error| wrong(error.message().to_owned()))?;
        for file in [&mut quickstart.ca, &mut quickstart.certificate, &mut quickstart.private_key] {
            *file = folder.join(&*file);
        }
        Ok(quickstart)
    }
}

/// A connection of either kind.
pub trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// One server, one language.
#[derive(Clone, Debug)]
pub struct Target {
    /// `host:port`.
    pub address: String,
    /// The language that is spoken there.
    pub dialect: Dialect,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

impl Target {
    /// Plain TCP, host dialect.
    #[must_use]
    pub fn plain(address: impl Into<String>) -> Self {
        Self { address: address.into(), dialect: Dialect::Host, tls: None }
    }

    /// Mutual TLS.
    ///
    /// # Errors
    /// [`TargetError::Credentials`] or [`TargetError::ServerName`].
    pub fn tls(
        address: impl Into<String>,
        server_name: &str,
        credentials: &Credentials,
        dialect: Dialect,
    ) -> Result<Self, TargetError> {
        let alpn: &[&[u8]] = match dialect {
            Dialect::Compact => &[ALPN],
            Dialect::Host => &[],
        };
        let name = ServerName::try_from(server_name.to_owned())
            .map_err(|_| TargetError::ServerName(server_name.to_owned()))?;
        let tls = Some((tls_config(credentials, alpn)?, name));
        Ok(Self { address: address.into(), dialect, tls })
    }

    /// `tls` or `plain`.
    #[must_use]
    pub const fn transport(&self) -> &'static str {
        if self.tls.is_some() { "tls" } else { "plain" }
    }

    /// Connects once.
    ///
    /// # Errors
    /// [`TargetError::Unreachable`].
    pub async fn connect(&self) -> Result<Box<dyn Duplex>, TargetError> {
        let outcome = timeout(CONNECT_LIMIT, self.connect_unlimited()).await;
        outcome
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            .map_err(|reason| TargetError::Unreachable { address: self.address.clone(), reason })
    }

    async fn connect_unlimited(&self) -> io::Result<Box<dyn Duplex>> {
        let tcp = TcpStream::connect(&self.address).await?;
        tcp.set_nodelay(true)?;
        match &self.tls {
            None => Ok(Box::new(tcp)),
            Some((config, name)) => {
                let connector = TlsConnector::from(Arc::clone(config));
                Ok(Box::new(connector.connect(name.clone(), tcp).await?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_folder_says_what_to_do() {
        let error = Quickstart::read(Path::new("not-there")).unwrap_err().to_string();
        assert!(error.contains("not-there/quickstart.toml"), "{error}");
        assert!(error.contains("payhsmd quickstart --dir not-there"), "{error}");
    }

    #[test]
    fn the_file_is_read_and_its_names_are_relative_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"
            tls_address = "127.0.0.1:2500"
            plain_address = "127.0.0.1:1500"
            ca = "ca.crt"
            certificate = "client.crt"
            private_key = "client.key"
            server_name = "localhost"
        "#;
        std::fs::write(folder.path().join(QUICKSTART_FILE), text).unwrap();
        let quickstart = Quickstart::read(folder.path()).unwrap();
        assert_eq!(quickstart.ca, folder.path().join("ca.crt"));
        assert_eq!(quickstart.plain_address.as_deref(), Some("127.0.0.1:1500"));
        std::fs::write(folder.path().join(QUICKSTART_FILE), "tls_address = 1").unwrap();
        assert!(Quickstart::read(folder.path()).is_err());
    }
}
