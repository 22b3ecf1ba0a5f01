//! What monitors are told: an appliance, a period, and what was counted in it.

use wincode::{SchemaRead, SchemaWrite};

/// The name of an appliance, 12 characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Serial(pub [u8; 12]);

/// A moment, unix seconds; in the host dialect the date, YYMMDD, and the time, HHMMSS, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, SchemaRead, SchemaWrite)]
pub struct Moment(pub u64);

/// Since when something is counted, until when, and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Period {
    /// The first moment of it.
    pub start: Moment,
    /// The last.
    pub end: Moment,
    /// The time of the answer.
    pub now: Moment,
}

impl Period {
    /// How long it is, seconds.
    #[must_use]
    pub const fn seconds(&self) -> u64 {
        self.end.0.saturating_sub(self.start.0)
    }
}

/// How many spans of time were how busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct LoadBand {
    /// From so many percent,
    pub from: u8,
    /// up to so many, both included.
    pub to: u8,
    /// So many spans.
    pub spans: u64,
}

/// How often a command was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Volume {
    /// The two letters.
    pub command: [u8; 2],
    /// So often, whatever was answered.
    pub calls: u64,
}

/// Whether something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum Running {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It is not configured.
    NotConfigured,
}

/// An LMK in force, as monitors see it.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct LmkSeen {
    /// Its id, 0 to 99.
    pub id: u8,
    /// Activities that officers have authorised now, 99 at most as far as this says. They hold for all LMKs.
    pub activities: u8,
    /// Whether keys under it are key blocks.
    pub key_blocks: bool,
    /// Its algorithm.
    pub algorithm: LmkAlgorithm,
    /// Whether its value is public.
    pub test: bool,
    /// Its check value, six hex digits.
    pub comment: [u8; 6],
}

/// The algorithm of an LMK.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum LmkAlgorithm {
    /// Double-length 3DES.
    DoubleTdes,
    /// Triple-length 3DES.
    TripleTdes,
    /// AES-256.
    Aes,
}

/// A connection that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Connected {
    /// The port at this end.
    pub local_port: u16,
    /// Where the peer is; 0.0.0.0 for one with an IPv6 address.
    pub peer: [u8; 4],
    /// The port at its end.
    pub peer_port: u16,
    /// For how long, seconds.
    pub seconds: u32,
}

/// What went through all sockets since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Traffic {
    /// Bytes of answers, before TLS.
    pub bytes_sent: u64,
    /// Bytes of requests, after TLS.
    pub bytes_received: u64,
    /// Answers.
    pub sent: u64,
    /// Requests.
    pub received: u64,
    /// Connections that were refused for want of room.
    pub refused: u64,
    /// Connections that broke, were too slow, or said what is no frame.
    pub broken: u64,
    /// Handshakes that failed.
    pub handshakes_failed: u64,
}
