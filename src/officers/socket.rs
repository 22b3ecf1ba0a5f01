//! The officers' Unix socket: mode 0600, in a folder that nobody else can write to.

use super::connection;
use super::office::Office;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::net::Shutdown;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
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

/// A socket that listens, and that nobody accepts on yet.
#[derive(Debug)]
pub struct Listening {
    listener: UnixListener,
    path: PathBuf,
    /// Which file the socket is, so that no other is removed at the end; none where somebody else made it.
    identity: Option<(u64, u64)>,
    /// What wakes whoever waits for a connection: the one end hears it when the other is dropped.
    wake: (UnixStream, UnixStream),
}

impl Listening {
    /// Listens at `path`.
    ///
    /// # Errors
    /// [`SocketError`]
    pub fn at(path: &Path) -> Result<Self, SocketError> {
        let unusable = |reason| SocketError::Unusable { path: path.to_owned(), reason };
        let wake = UnixStream::pair().map_err(unusable)?;
        let listener = listen(path)?;
        let metadata = fs::symlink_metadata(path).map_err(unusable)?;
        let identity = Some((metadata.dev(), metadata.ino()));
        Ok(Self { listener, path: path.to_owned(), identity, wake })
    }

    /// With a socket that the service manager made, and will remove; it stands for the one at `path`.
    ///
    /// # Errors
    /// [`SocketError::Unusable`]
    pub fn handed_over(listener: UnixListener, path: &Path) -> Result<Self, SocketError> {
        let unusable = |reason| SocketError::Unusable { path: path.to_owned(), reason };
        let wake = UnixStream::pair().map_err(unusable)?;
        Ok(Self { listener, path: path.to_owned(), identity: None, wake })
    }

    /// Where it is; where it was handed over, the place that it stands for.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The officers' server; it ends when it is stopped.
#[derive(Debug)]
pub struct Server {
    path: PathBuf,
    /// Which file the socket is, so that no other is removed at the end.
    identity: Option<(u64, u64)>,
    shared: Arc<Shared>,
    /// Dropped, whoever waits for a connection looks up.
    wake: Option<UnixStream>,
    accepting: Option<JoinHandle<()>>,
    tidying: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
}

#[derive(Debug)]
struct Shared {
    office: Arc<Office>,
    /// A second handle to each, to end them with.
    open: Mutex<BTreeMap<u64, UnixStream>>,
}

impl Server {
    /// Listens at `path` and answers until it is stopped.
    ///
    /// # Errors
    /// [`SocketError`]
    pub fn start(office: Arc<Office>, path: &Path) -> Result<Self, SocketError> {
        Self::serve(office, Listening::at(path)?)
    }

    /// Answers on a socket that listens, until it is stopped.
    ///
    /// # Errors
    /// [`SocketError::Unusable`]
    pub fn serve(office: Arc<Office>, listening: Listening) -> Result<Self, SocketError> {
        let Listening { listener, path, identity, wake: (wake, woken) } = listening;
        let unusable = |reason| SocketError::Unusable { path: path.clone(), reason };
        let shared = Arc::new(Shared { office, open: Mutex::default() });
        let accepting = {
            let shared = Arc::clone(&shared);
            let thread = Builder::new().name("officers".to_owned());
            thread.spawn(move || accept(&shared, &listener, &woken)).map_err(unusable)?
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
        let (wake, accepting, tidying) = (Some(wake), Some(accepting), Some((stop, tidying)));
        Ok(Self { path, identity, shared, wake, accepting, tidying })
    }

    /// Ends every connection and removes the socket.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        drop(self.wake.take());
        if let Some(thread) = self.accepting.take() {
            drop(thread.join());
        }
        let found = fs::symlink_metadata(&self.path).ok().map(|found| (found.dev(), found.ino()));
        if self.identity.is_some() && found == self.identity.take() {
            drop(fs::remove_file(&self.path));
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

/// Waits for a connection; false when the server is to end.
fn wait(listener: &UnixListener, woken: &UnixStream) -> io::Result<bool> {
    let mut seen = [PollFd::new(listener, PollFlags::IN), PollFd::new(woken, PollFlags::IN)];
    loop {
        match poll(&mut seen, None) {
            Ok(_) => break,
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let [_, woken] = &seen;
    Ok(woken.revents().is_empty())
}

fn accept(shared: &Arc<Shared>, listener: &UnixListener, woken: &UnixStream) {
    let mut number = 0_u64;
    loop {
        let stream = match wait(listener, woken) {
            Ok(true) => listener.accept().map(|(stream, _)| stream),
            Ok(false) => return,
            Err(error) => Err(error),
        };
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
