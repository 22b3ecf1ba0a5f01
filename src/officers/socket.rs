//! The officers' Unix socket: mode 0600, in a folder that nobody else can write to.

use super::connection;
use super::office::Office;
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::net::Shutdown;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// Connections at one time: officers are few.
const MOST_CONNECTIONS: usize = 8;

const TOO_MANY: &str = "eight consoles are connected to this appliance already: close one of them and try again; one that nobody \
    uses is closed after ten minutes";

/// How often is looked whether something waits in vain.
const TIDY: Duration = Duration::from_secs(30);

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Others could put something else in its place.
    #[error(
        "others than its owner can write to {}; the officers' socket needs a folder that only its owner can write to (chmod go-w)",
        .0.display()
    )]
    OpenFolder(PathBuf),
    /// Something else has that name.
    #[error("{} is there already, and it is no socket", .0.display())]
    Taken(PathBuf),
    /// Another daemon has it.
    #[error("another daemon answers at {}", .0.display())]
    InUse(PathBuf),
    /// The system does not give it.
    #[error("cannot listen at {}: {reason}", path.display())]
    Unusable {
        /// Where.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
}

/// The officers' server; it ends when it is stopped.
#[derive(Debug)]
pub struct Server {
    path: PathBuf,
    /// Which file the socket is, so that no other is removed at the end.
    identity: Option<(u64, u64)>,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
    tidying: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
}

#[derive(Debug)]
struct Shared {
    office: Arc<Office>,
    stopping: AtomicBool,
    /// A second handle to each, to end them with.
    open: Mutex<BTreeMap<u64, UnixStream>>,
}

impl Server {
    /// Listens at `path` and answers until it is stopped.
    ///
    /// # Errors
    /// [`SocketError`]
    pub fn start(office: Arc<Office>, path: &Path) -> Result<Self, SocketError> {
        let unusable = |reason| SocketError::Unusable { path: path.to_owned(), reason };
        let listener = listen(path)?;
        let metadata = fs::symlink_metadata(path).map_err(unusable)?;
        let shared =
            Arc::new(Shared { office, stopping: AtomicBool::new(false), open: Mutex::default() });
        let accepting = {
            let shared = Arc::clone(&shared);
            let thread = Builder::new().name("officers".to_owned());
            thread.spawn(move || accept(&shared, &listener)).map_err(unusable)?
        };
        let (stop, stopped) = mpsc::channel();
        let tidying = {
            let office = Arc::clone(&shared.office);
            let thread = Builder::new().name("officers-tidy".to_owned());
            let tidy = move || {
                while stopped.recv_timeout(TIDY) == Err(RecvTimeoutError::Timeout) {
                    office.tidy();
                }
            };
            thread.spawn(tidy).map_err(unusable)?
        };
        Ok(Self {
            path: path.to_owned(),
            identity: Some((metadata.dev(), metadata.ino())),
            shared,
            accepting: Some(accepting),
            tidying: Some((stop, tidying)),
        })
    }

    /// Ends every connection and removes the socket.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        let ours = fs::symlink_metadata(&self.path).ok().map(|found| (found.dev(), found.ino()));
        if ours == self.identity.take() {
            // Whoever waits for a connection is woken by one.
            drop(UnixStream::connect(&self.path));
            drop(fs::remove_file(&self.path));
            // Where the socket is gone, nothing wakes it, and it ends with the process.
            if let Some(thread) = self.accepting.take() {
                drop(thread.join());
            }
        }
        for stream in self.shared.open().values() {
            // Gone already, if it fails.
            drop(stream.shutdown(Shutdown::Both));
        }
        if let Some((stop, thread)) = self.tidying.take() {
            drop(stop);
            drop(thread.join());
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.tidying.is_some() {
            self.end();
        }
    }
}

impl Shared {
    fn open(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, UnixStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn accept(shared: &Arc<Shared>, listener: &UnixListener) {
    let mut number = 0_u64;
    for stream in listener.incoming() {
        if shared.stopping.load(Ordering::SeqCst) {
            return;
        }
        number = number.wrapping_add(1);
        let begun = stream.and_then(|stream| {
            if shared.open().len() >= MOST_CONNECTIONS {
                tracing::warn!(
                    "the officers' socket has {MOST_CONNECTIONS} connections; one more was closed"
                );
                connection::refuse(&stream, TOO_MANY);
                return Ok(());
            }
            shared.open().insert(number, stream.try_clone()?);
            let shared = Arc::clone(shared);
            let thread = Builder::new().name("officer".to_owned());
            thread.spawn(move || {
                connection::serve(&shared.office, &stream);
                shared.open().remove(&number);
            })?;
            Ok(())
        });
        if let Err(error) = begun {
            shared.open().remove(&number);
            tracing::warn!(%error, "the officers' socket: no connection");
            // Whatever has run out does not come back at once.
            std::thread::park_timeout(Duration::from_millis(100));
        }
    }
}

fn listen(path: &Path) -> Result<UnixListener, SocketError> {
    let unusable = |reason| SocketError::Unusable { path: path.to_owned(), reason };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let name = path.file_name().ok_or_else(|| unusable(io::ErrorKind::InvalidInput.into()))?;
    let metadata = fs::metadata(folder).map_err(unusable)?;
    if !metadata.is_dir() || metadata.mode() & 0o022 != 0 {
        return Err(SocketError::OpenFolder(folder.to_owned()));
    }
    if let Ok(found) = fs::symlink_metadata(path) {
        if !found.file_type().is_socket() {
            return Err(SocketError::Taken(path.to_owned()));
        }
        // Left over from a daemon that ended badly: nobody answers.
        if UnixStream::connect(path).is_ok() {
            return Err(SocketError::InUse(path.to_owned()));
        }
    }
    // It gets its name once it has its mode: until then it lies where nobody else can come.
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    let hidden = folder.join(hidden);
    let made = DirBuilder::new().mode(0o700).create(&hidden);
    if let Err(error) = made
        && error.kind() != io::ErrorKind::AlreadyExists
    {
        return Err(unusable(error));
    }
    let new = hidden.join("s");
    drop(fs::remove_file(&new));
    let listening = (|| {
        fs::set_permissions(&hidden, Permissions::from_mode(0o700))?;
        let listener = UnixListener::bind(&new)?;
        fs::set_permissions(&new, Permissions::from_mode(0o600))?;
        fs::rename(&new, path)?;
        Ok(listener)
    })();
    drop(fs::remove_file(&new));
    drop(fs::remove_dir(&hidden));
    listening.map_err(unusable)
}
