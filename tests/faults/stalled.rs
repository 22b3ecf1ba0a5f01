//! Callers that begin something and do not go on: closed in time, and nobody else notices.

use crate::appliance::long;
use crate::load::Stop;
use crate::process::allow_files;
use crate::support::binary::{Daemon, Folder, connect, framed, pause, tls};
use crate::waits::{Good, Waits};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// When a stalled connection is closed at last.
const CLOSED: Duration = Duration::from_secs(10);

/// What one may cost the daemon meanwhile, bytes.
const COST: usize = 32 * 1024;

/// A head of TLS that announces a hello, and some of it.
const HALF_A_HELLO: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 of which no more comes";

/// How a connection stalls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    /// The handshake is never begun.
    Silent,
    /// Half a hello.
    HalfAHello,
    /// After the handshake, half a frame.
    HalfAFrame,
    /// A byte of a long frame now and then, each early enough to look alive.
    Drips,
    /// Asks and asks, and takes no answer.
    Deaf,
}

const ALL: [How; 5] = [How::Silent, How::HalfAHello, How::HalfAFrame, How::Drips, How::Deaf];

struct Stalled {
    how: How,
    stream: TcpStream,
    /// When something last went through.
    since: Instant,
    /// Bytes of a request that is on its way.
    sent: usize,
    closed: Option<Duration>,
}

impl Stalled {
    fn begin(how: How, stream: TcpStream) -> Self {
        stream.set_nonblocking(true).unwrap();
        Self { how, stream, since: Instant::now(), sent: 0, closed: None }
    }

    /// Does what it does next; whether it has been closed.
    fn goes_on(&mut self, request: &[u8]) -> bool {
        if self.closed.is_some() {
            return true;
        }
        let blocked = |kind| matches!(kind, ErrorKind::WouldBlock | ErrorKind::Interrupted);
        let ended = match self.how {
            How::Silent | How::HalfAHello | How::HalfAFrame => match self.stream.read(&mut [0; 64])
            {
                Ok(0) => true,
                // The alert that ends TLS.
                Ok(_) => false,
                Err(error) => !blocked(error.kind()),
            },
            How::Drips => self.stream.write(b"x").is_err_and(|error| !blocked(error.kind())),
            How::Deaf => loop {
                match self.stream.write(&request[self.sent..]) {
                    Ok(more) => {
                        self.sent = (self.sent + more) % request.len();
                        self.since = Instant::now();
                    }
                    Err(error) => break !blocked(error.kind()),
                }
            },
        };
        if ended {
            self.closed = Some(self.since.elapsed());
        }
        ended
    }
}

/// Twice the same appliance: one that suffers, and one that does not. With limits as they are by default, but for `more`.
struct Two {
    folder: Folder,
    tried: Daemon,
    calm: Daemon,
}

impl Two {
    fn new(more: &str) -> Self {
        let folder = Folder::new();
        let limits = format!("[limits]\nconnections = 8000\n{more}");
        let (tried, calm) = (folder.development(&limits), folder.development(&limits));
        Self { folder, tried, calm }
    }

    fn good(&self) -> Good {
        let caller =
            |daemon: &Daemon| self.folder.host_client("client", daemon.address(true, None));
        Good { tried: caller(&self.tried), calm: caller(&self.calm) }
    }
}

/// So many of each kind, all of them stalled when this returns.
fn stall(folder: &Folder, daemon: &Daemon, many: [usize; 5]) -> Vec<Stalled> {
    let (plain, secure) = (daemon.address(false, None), daemon.address(true, None));
    let [silent, hellos, frames, drips, deaf] = many;
    // Handshakes take their time: until the half frame comes, these are good callers.
    let shaken = |_| {
        let identity = Some((folder.path("client.crt"), folder.path("client.key")));
        let mut stream = tls(&folder.path("ca.crt"), identity, &[], connect(secure));
        stream.write_all(&framed("B20002hi")).unwrap();
        stream.read_exact(&mut [0; 12]).unwrap();
        stream
    };
    let mut shaken: Vec<_> = (0..frames).map(shaken).collect();
    let begun = |how, address: SocketAddr, bytes: &[u8]| {
        let mut stream = connect(address);
        stream.write_all(bytes).unwrap();
        Stalled::begin(how, stream)
    };
    let mut all = Vec::new();
    all.extend((0..deaf).map(|_| begun(How::Deaf, plain, &[])));
    until_deaf(&mut all);
    all.extend((0..silent).map(|_| begun(How::Silent, secure, &[])));
    all.extend((0..hellos).map(|_| begun(How::HalfAHello, secure, HALF_A_HELLO)));
    all.extend((0..drips).map(|_| begun(How::Drips, plain, &framed([b'x'; 8000])[..2])));
    for stream in &mut shaken {
        stream.write_all(&framed("B20002hi")[..7]).unwrap();
        stream.flush().unwrap();
    }
    all.extend(shaken.into_iter().map(|stream| Stalled::begin(How::HalfAFrame, stream.sock)));
    all
}

/// Those who take no answer ask until nothing goes through any more: before that they are busy callers like any others.
fn until_deaf(all: &mut [Stalled]) {
    let request = request();
    let mut last = Instant::now();
    while last.elapsed() < Duration::from_millis(100) {
        for one in all.iter_mut().filter(|one| one.how == How::Deaf) {
            let before = one.since;
            one.goes_on(&request);
            if one.since != before {
                last = Instant::now();
            }
        }
    }
}

/// An echo as long as they are asked for.
fn request() -> Vec<u8> {
    framed([b"B27000".as_slice(), &[b'x'; 0x7000]].concat())
}

/// Parts in which they are looked at.
const SHARES: usize = 250;

/// All of them go on as they do until each is closed, or until it is too late for it. Deaf ones have much to send: the others
/// are looked at by somebody else.
fn until_closed(all: &mut [Stalled]) {
    let (deaf, others): (Vec<_>, Vec<_>) = all.iter_mut().partition(|one| one.how == How::Deaf);
    std::thread::scope(|scope| {
        for mut some in [deaf, others] {
            scope.spawn(move || {
                let request = request();
                let mut open = some.len();
                while open > 0 {
                    open = 0;
                    // Each is looked at every quarter of a second, in a time of its own: callers do not drip in step.
                    let share = some.len().div_ceil(SHARES).max(1);
                    for share in some.chunks_mut(share) {
                        pause(Duration::from_millis(250) / u32::try_from(SHARES).unwrap());
                        for one in share {
                            let gone = one.goes_on(&request);
                            open += usize::from(!gone && one.since.elapsed() < 2 * CLOSED);
                        }
                    }
                }
            });
        }
    });
}

#[test]
fn stalled_callers_are_closed_and_good_ones_do_not_notice() {
    // Deaf ones are few: each fills megabytes of the system's buffers before it stalls.
    let many = if long() { [1230, 1230, 1230, 1230, 80] } else { [120, 120, 120, 120, 8] };
    let count: usize = many.iter().sum();
    if !allow_files(2 * count) {
        return;
    }
    let two = Two::new("");
    let mut good = two.good();
    let pings = if long() { 1500 } else { 300 };
    let (before, _) = good.ask_until(pings, || true);
    let memory = two.tried.memory();
    let mut stalled = stall(&two.folder, &two.tried, many);
    let all_closed = AtomicBool::new(false);
    let (mut most, mut looked) = (0, Instant::now());
    let (tried, calm) = std::thread::scope(|scope| {
        scope.spawn(|| {
            let _closed = Stop(&all_closed);
            until_closed(&mut stalled);
        });
        good.ask_until(pings, || {
            // Seldom: who looks at a process holds it up.
            if looked.elapsed() > Duration::from_millis(500) {
                most = most.max(two.tried.memory());
                looked = Instant::now();
            }
            all_closed.load(Ordering::SeqCst)
        })
    });
    pause(Duration::from_millis(500));
    let after = two.tried.memory().saturating_sub(memory) / count;
    let cost = most.saturating_sub(memory) / count;
    for how in ALL {
        let closed = stalled.iter().filter(|one| one.how == how);
        let closed = Waits::of(closed.map(|one| one.closed.unwrap_or(Duration::MAX)).collect());
        println!(
            "{how:?}: {} closed after {:?} to {:?}",
            closed.len(),
            closed.of_thousand(0),
            closed.of_thousand(1000)
        );
        assert!(closed.of_thousand(1000) <= CLOSED, "{how:?}: {:?}", closed.of_thousand(1000));
    }
    println!(
        "{count} stalled: a good caller waits {:?}, of a hundred one {:?} (alone {:?} and {:?}, before {:?} and {:?}); \
         {cost} bytes a connection, {after} afterwards",
        tried.of_thousand(500),
        tried.of_thousand(990),
        calm.of_thousand(500),
        calm.of_thousand(990),
        before.of_thousand(500),
        before.of_thousand(990),
    );
    assert!(cost <= COST && after <= COST, "{cost} bytes a connection, {after} afterwards");
    let bar = 2 * calm.of_thousand(990) + crate::waits::BUSY;
    assert!(tried.of_thousand(990) <= bar, "{:?}, and the bar is {bar:?}", tried.of_thousand(990));
    assert!(!two.tried.log.contain("panicked"), "{:#?}", two.tried.log.all());
}

/// The control: it is the limits that close them.
#[test]
fn with_longer_limits_they_would_stay() {
    let two = Two::new("handshake_seconds = 600\nrequest_seconds = 600\nidle_seconds = 600");
    let mut stalled = stall(&two.folder, &two.tried, [2, 2, 2, 2, 0]);
    let begun = Instant::now();
    // Longer than the limits are by default.
    while begun.elapsed() < Duration::from_secs(if long() { 11 } else { 6 }) {
        for one in &mut stalled {
            assert!(!one.goes_on(&[]), "{:?} was closed after {:?}", one.how, one.closed);
        }
        pause(Duration::from_millis(500));
    }
}
