//! From an address to a TLS connection that has answered once.

use crate::config::Config;
use crate::error::{ConfigError, ConnectError};
use crate::tls::tls_config;
use payhsm_protocol::command::b2_echo::Echo;
use payhsm_protocol::command::put_body;
use payhsm_protocol::field::Bytes;
use payhsm_protocol::frame::{Taken, compact};
use payhsm_protocol::{Command, compact::Malformed};
use rustls::pki_types::ServerName;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The id of the first echo; calls start behind it.
const FIRST_ID: u32 = 0;

/// The longest answer to an empty echo that makes sense.
const FIRST_ANSWER: usize = 256;

/// Everything that a new connection needs.
pub(crate) struct Dialler {
    address: String,
    server_name: ServerName<'static>,
    connector: TlsConnector,
    limit: Duration,
}

impl Dialler {
    pub(crate) fn new(config: &Config) -> Result<Self, ConfigError> {
        let server_name = ServerName::try_from(config.server_name.clone())
            .map_err(|_| ConfigError::ServerName(config.server_name.clone()))?;
        let tls = tls_config(&config.credentials, &[compact::ALPN])?;
        Ok(Self {
            address: config.address.clone(),
            server_name,
            connector: TlsConnector::from(tls),
            limit: config.connect_timeout,
        })
    }

    /// Connects once.
    pub(crate) async fn dial(&self) -> Result<TlsStream<TcpStream>, ConnectError> {
        timeout(self.limit, self.dial_unlimited()).await.unwrap_or(Err(ConnectError::Timeout))
    }

    async fn dial_unlimited(&self) -> Result<TlsStream<TcpStream>, ConnectError> {
        let unreachable =
            |source| ConnectError::Unreachable { address: self.address.clone(), source };
        let tcp = TcpStream::connect(&self.address).await.map_err(unreachable)?;
        // Requests are coalesced here; the system need not wait for more.
        tcp.set_nodelay(true).map_err(unreachable)?;
        let mut stream = self
            .connector
            .connect(self.server_name.clone(), tcp)
            .await
            .map_err(ConnectError::Tls)?;
        if stream.get_ref().1.alpn_protocol() != Some(compact::ALPN) {
            return Err(ConnectError::Dialect);
        }
        first_answer(&mut stream).await.map_err(ConnectError::NotAccepted)?;
        Ok(stream)
    }
}

/// In TLS 1.3 a client is "connected" before the server has looked at its certificate, so only an
/// answer proves that there is a connection.
async fn first_answer(stream: &mut TlsStream<TcpStream>) -> io::Result<()> {
    let mut frame = Vec::new();
    compact::put_request(&mut frame, FIRST_ID, Echo::OPCODE.code().0, |out| {
        put_body(None, &Echo { data: Bytes::default() }, out)
    })
    .map_err(|Malformed| io::Error::from(io::ErrorKind::InvalidInput))?;
    stream.write_all(&frame).await?;
    stream.flush().await?;
    let mut buffer = Vec::with_capacity(FIRST_ANSWER);
    loop {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match compact::take_reply(&buffer) {
            Taken::Frame(reply, size) if reply.id == FIRST_ID && size == buffer.len() => {
                return Ok(());
            }
            Taken::Partial if buffer.len() < FIRST_ANSWER => {}
            Taken::Frame(..) | Taken::Partial | Taken::Unbelievable => {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
    }
}
