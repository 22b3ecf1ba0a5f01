//! What monitors are told, in the host dialect.

use super::Writer;
use crate::field::{
    Connected, LmkAlgorithm, LmkSeen, LoadBand, Moment, Period, Running, Serial, Traffic, Volume,
};
use time::OffsetDateTime;

/// Between two LMKs.
const LMK_SEPARATOR: u8 = 0x14;

/// Behind the last of them.
const LMKS_END: u8 = 0x15;

impl Writer<'_> {
    /// A count as `width` decimal digits; all nines for one that has more.
    pub fn count(&mut self, count: u64, width: u32) {
        let most = 10_u64.saturating_pow(width).saturating_sub(1);
        let (count, width) = (count.min(most), usize::try_from(width).unwrap_or_default());
        self.raw(format!("{count:0width$}").as_bytes());
    }

    /// A count as 8 hex digits, its low half: as counters of 32 bits wrap.
    fn wrapping(&mut self, count: u64) {
        self.raw(format!("{:08X}", count & u64::from(u32::MAX)).as_bytes());
    }

    /// 12A
    pub fn serial(&mut self, serial: Serial) {
        self.raw(&serial.0);
    }

    /// 6N 6N: YYMMDD and HHMMSS, UTC; zeros for what no calendar has.
    pub fn moment(&mut self, moment: Moment) {
        let seconds = i64::try_from(moment.0).unwrap_or(i64::MAX);
        let Ok(at) = OffsetDateTime::from_unix_timestamp(seconds) else {
            return self.raw(b"000000000000");
        };
        let (year, month, day) = (at.year().rem_euclid(100), u8::from(at.month()), at.day());
        let (hour, minute, second) = at.to_hms();
        let text = format!("{year:02}{month:02}{day:02}{hour:02}{minute:02}{second:02}");
        self.raw(text.as_bytes());
    }

    /// Start, end and now, each 6N 6N.
    pub fn period(&mut self, period: &Period) {
        for moment in [period.start, period.end, period.now] {
            self.moment(moment);
        }
    }

    /// {3N 3N 10N `,`}
    pub fn load_bands(&mut self, bands: &[LoadBand]) {
        for band in bands {
            self.count(band.from.into(), 3);
            self.count(band.to.into(), 3);
            self.count(band.spans, 10);
            self.raw(b",");
        }
    }

    /// {2A 12N}
    pub fn volumes(&mut self, volumes: &[Volume]) {
        for volume in volumes {
            self.raw(&volume.command);
            self.count(volume.calls, 12);
        }
    }

    /// 1N: 1 running, 2 not, 3 not configured.
    pub fn running(&mut self, running: Running) {
        self.raw(match running {
            Running::Yes => b"1",
            Running::No => b"2",
            Running::NotConfigured => b"3",
        });
    }

    /// Each LMK behind a separator, and the end of them all.
    pub fn lmks_seen(&mut self, lmks: &[LmkSeen]) {
        for lmk in lmks {
            self.raw(&[LMK_SEPARATOR]);
            self.count(lmk.id.into(), 2);
            self.raw(if lmk.activities == 0 { b"0" } else { b"1" });
            self.count(lmk.activities.into(), 2);
            self.raw(if lmk.key_blocks { b"K" } else { b"V" });
            self.raw(match lmk.algorithm {
                LmkAlgorithm::DoubleTdes => b"0",
                LmkAlgorithm::TripleTdes => b"1",
                LmkAlgorithm::Aes => b"2",
            });
            self.raw(if lmk.test { b"T" } else { b"L" });
            self.raw(&lmk.comment);
        }
        self.raw(&[LMKS_END]);
    }

    /// 4N, then {1N protocol, 4H port, 8H address, 4H port, 1N state, 8H seconds}.
    pub fn connections(&mut self, connections: &[Connected]) {
        self.decimal(connections.len(), 4);
        for one in connections {
            self.raw(b"0");
            self.hex(&one.local_port.to_be_bytes());
            self.hex(&one.peer);
            self.hex(&one.peer_port.to_be_bytes());
            self.raw(b"0");
            self.hex(&one.seconds.to_be_bytes());
        }
    }

    /// 16H 16H, then nine of 8H.
    pub fn traffic(&mut self, traffic: &Traffic) {
        self.hex(&traffic.bytes_sent.to_be_bytes());
        self.hex(&traffic.bytes_received.to_be_bytes());
        self.wrapping(traffic.sent);
        self.wrapping(traffic.received);
        // Nothing here is sent to more than one.
        self.wrapping(0);
        self.wrapping(0);
        self.wrapping(0);
        self.wrapping(traffic.refused);
        self.wrapping(traffic.broken);
        self.wrapping(traffic.handshakes_failed);
        self.wrapping(0);
    }
}
