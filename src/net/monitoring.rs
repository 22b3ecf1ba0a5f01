//! The socket that monitors ask: HTTP/1.1, GET, three paths (`monitoring` has what is said).
//!
//! There is no TLS and no password: what is told is no secret, and this is for a collector on the same machine, or one behind
//! a proxy that knows whom to let in. TLS here would be another certificate to renew, and one more door to the process that
//! holds keys. Whoever asks has a few seconds in all, one question, and a place among few.

use crate::monitoring::{Asked, Monitor, Told};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// For a question and its answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who may ask at one time; others wait to be accepted.
const AT_ONE_TIME: usize = 16;

/// Bytes of a question, headers and all.
const LONGEST: usize = 8 * 1024;

/// Headers of a question.
const HEADERS: usize = 64;

/// How long to wait when the system has nothing left to accept with.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(100);

/// A socket for monitors that listens and answers nobody yet.
#[derive(Debug)]
pub struct Monitoring {
    sockets: Vec<TcpListener>,
}

/// Monitors are answered for as long as this is there.
#[derive(Debug)]
#[must_use = "nobody is answered when this is dropped"]
pub struct Monitored(Vec<JoinHandle<()>>);

impl Drop for Monitored {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

impl Monitoring {
    /// Listens on `address`, unless sockets were handed over that stand for it.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(address: Option<SocketAddr>, handed: Vec<StdListener>) -> io::Result<Self> {
        let mut sockets = handed;
        if sockets.is_empty()
            && let Some(address) = address
        {
            let named = |error: io::Error| {
                io::Error::new(
                    error.kind(),
                    format!("monitoring.listen: cannot listen on {address}: {error}"),
                )
            };
            sockets.push(StdListener::bind(address).map_err(named)?);
        }
        let open = |socket: StdListener| {
            socket.set_nonblocking(true)?;
            TcpListener::from_std(socket)
        };
        Ok(Self { sockets: sockets.into_iter().map(open).collect::<io::Result<_>>()? })
    }

    /// Answers from now on. Once `stop` says so, the daemon is not ready any more, and that is still told.
    pub fn serve(self, monitor: Monitor, stop: &watch::Receiver<bool>) -> Monitored {
        let (monitor, places) = (Arc::new(monitor), Arc::new(Semaphore::new(AT_ONE_TIME)));
        let serve = |socket: TcpListener| {
            if let Ok(address) = socket.local_addr() {
                tracing::info!(%address, "monitors are answered");
            }
            let (monitor, places) = (Arc::clone(&monitor), Arc::clone(&places));
            tokio::spawn(accept(socket, monitor, places, stop.clone()))
        };
        Monitored(self.sockets.into_iter().map(serve).collect())
    }
}

async fn accept(
    socket: TcpListener,
    monitor: Arc<Monitor>,
    places: Arc<Semaphore>,
    stop: watch::Receiver<bool>,
) {
    // Nobody closes the semaphore.
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let stream = match socket.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::debug!(%error, "cannot accept a monitor");
                tokio::time::sleep(EXHAUSTED_PAUSE).await;
                continue;
            }
        };
        let (monitor, stop) = (Arc::clone(&monitor), stop.clone());
        tokio::spawn(async move {
            if timeout(PATIENCE, answer(stream, monitor, stop)).await.is_err() {
                tracing::debug!("a monitor was too slow");
            }
            drop(place);
        });
    }
}

async fn answer(stream: TcpStream, monitor: Arc<Monitor>, stop: watch::Receiver<bool>) {
    let service = service_fn(|request: Request<Incoming>| {
        let (monitor, stopping) = (Arc::clone(&monitor), *stop.borrow());
        async move { Ok::<_, Infallible>(told(&request, monitor, stopping).await) }
    });
    let served = http1::Builder::new()
        .keep_alive(false)
        .max_buf_size(LONGEST)
        .max_headers(HEADERS)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a monitor");
    }
}

async fn told(
    request: &Request<Incoming>,
    monitor: Arc<Monitor>,
    stopping: bool,
) -> Response<String> {
    if *request.method() != Method::GET {
        let mut response =
            said(StatusCode::METHOD_NOT_ALLOWED, "text/plain", "GET alone\n".to_owned());
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        return response;
    }
    let Some(asked) = Asked::of(request.uri().path()) else {
        let paths = "/metrics, /health/live and /health/ready are here\n";
        return said(StatusCode::NOT_FOUND, "text/plain", paths.to_owned());
    };
    // A store that is not well may take a moment to say so, and requests are not to wait for it.
    let told = tokio::task::spawn_blocking(move || monitor.tell(asked, stopping)).await;
    match told {
        Ok(Told { well, content_type, body }) => {
            let status = if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            said(status, content_type, body)
        }
        Err(_) => said(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", String::new()),
    }
}

fn said(status: StatusCode, content_type: &'static str, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
