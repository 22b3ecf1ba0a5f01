//! The typed client.

use crate::config::Config;
use crate::connection;
use crate::connection::{Outgoing, ReplyFrame};
use crate::dial::Dialler;
use crate::error::{CallError, ConnectError};
use payhsm_protocol::command::put_body;
use payhsm_protocol::compact::Compact;
use payhsm_protocol::field::LmkId;
use payhsm_protocol::frame::compact::MAX_FRAME;
use payhsm_protocol::{Command, ErrorCode};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::timeout;
use zeroize::{Zeroize, Zeroizing};

/// Id and code, which stand in a frame besides the body.
const REQUEST_HEAD: usize = 6;

/// What came back from a command that was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<R> {
    /// The reply.
    pub reply: R,
    /// Something the HSM wants known although it did the work: `VerificationFailed` (01) for an
    /// imported key whose parity was put right, `KeyLengthWarning` (02) for an unusual PVK.
    pub warning: Option<ErrorCode>,
}

/// A connection to one appliance, shared by all clones.
///
/// Dropping the last clone closes it. See the [crate] documentation for what happens when the
/// connection fails.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    lmk: Option<LmkId>,
}

struct Shared {
    address: String,
    request_timeout: Duration,
    places: Semaphore,
    queue: mpsc::Sender<Outgoing>,
    scratch: Mutex<Vec<u8>>,
    /// Dropped with the last client: the connection task ends even while it is reconnecting.
    _alive: watch::Sender<()>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("address", &self.shared.address)
            .field("lmk", &self.lmk)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Connects, and returns when the appliance has answered for the first time (to an empty echo,
    /// B2; a refusal is an answer too). Must be called on a tokio runtime, where the connection
    /// then lives.
    ///
    /// # Errors
    /// [`ConnectError`]; nothing is tried again here, only after a first success.
    pub async fn connect(config: Config) -> Result<Self, ConnectError> {
        let dialler = Dialler::new(&config)?;
        let in_flight = config.in_flight.clamp(1, Semaphore::MAX_PERMITS);
        let stream = dialler.dial().await?;
        let (queue, submissions) = mpsc::channel(in_flight.min(1 << 16));
        let (alive, alive_seen) = watch::channel(());
        let pace = connection::Pace {
            backoff: config.backoff,
            in_flight,
            silence: config.request_timeout.saturating_mul(2),
        };
        tokio::spawn(connection::supervise(dialler, stream, submissions, alive_seen, pace));
        let shared = Shared {
            address: config.address,
            request_timeout: config.request_timeout,
            places: Semaphore::new(in_flight),
            queue,
            scratch: Mutex::new(Vec::with_capacity(4 * MAX_FRAME)),
            _alive: alive,
        };
        Ok(Self { shared: Arc::new(shared), lmk: config.lmk })
    }

    /// The same connection, with `lmk` named in every call.
    #[must_use]
    pub fn on_lmk(&self, lmk: LmkId) -> Self {
        Self { shared: Arc::clone(&self.shared), lmk: Some(lmk) }
    }

    /// Sends a request and waits for its reply. Dropping the future abandons the call; its reply
    /// is then dropped too.
    ///
    /// # Errors
    /// [`CallError`]. A call is never repeated by the library.
    pub async fn call<C: Command>(&self, request: &C) -> Result<Answer<C::Reply>, CallError> {
        self.call_with(self.lmk, request).await
    }

    /// As [`Client::call`], under `lmk` instead of the client's own.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn call_with<C: Command>(
        &self,
        lmk: Option<LmkId>,
        request: &C,
    ) -> Result<Answer<C::Reply>, CallError> {
        let body = self.shared.encode(lmk, request)?;
        let code = C::OPCODE.code();
        let frame = match timeout(self.shared.request_timeout, self.shared.send(code.0, body)).await
        {
            Ok(frame) => frame?,
            Err(_) => return Err(CallError::Timeout),
        };
        if frame.code != code.reply() {
            return Err(CallError::Malformed);
        }
        let Some(error) = ErrorCode::from_wire(frame.error) else {
            return Err(CallError::UnknownCode(frame.error));
        };
        let warning = if error == ErrorCode::Ok {
            None
        } else if frame.body.is_empty() {
            return Err(CallError::Refused(error));
        } else {
            Some(error)
        };
        let reply = C::Reply::take(&frame.body).map_err(|_| CallError::Malformed)?;
        Ok(Answer { reply, warning })
    }
}

impl Shared {
    async fn send(&self, code: [u8; 2], body: Zeroizing<Vec<u8>>) -> Result<ReplyFrame, CallError> {
        let _place = self.places.acquire().await.map_err(|_| CallError::ConnectionLost)?;
        let (answer, answered) = oneshot::channel();
        let outgoing = Outgoing { code, body, answer };
        self.queue.send(outgoing).await.map_err(|_| CallError::ConnectionLost)?;
        answered.await.unwrap_or(Err(CallError::ConnectionLost))
    }

    /// Encodes in a buffer that never moves, so that growing it leaves no copies behind, and hands
    /// out a copy that has exactly the right size.
    fn encode<C: Command>(
        &self,
        lmk: Option<LmkId>,
        request: &C,
    ) -> Result<Zeroizing<Vec<u8>>, CallError> {
        let mut scratch = self.scratch.lock().unwrap_or_else(PoisonError::into_inner);
        if put_body(lmk, request, &mut scratch).is_err() {
            // What was written before the error stands behind the end: wipe all of it.
            scratch.zeroize();
            return Err(CallError::TooLarge);
        }
        let body = Zeroizing::new(scratch.to_vec());
        scratch.as_mut_slice().zeroize();
        scratch.clear();
        if body.len() + REQUEST_HEAD > MAX_FRAME {
            return Err(CallError::TooLarge);
        }
        Ok(body)
    }
}
