//! What it answers to monitors.

use super::answers::read;
use payhsm_protocol::Opcode;
use payhsm_protocol::command::{
    j2_tell_load as j2, j4_tell_volumes as j4, j8_tell_health_counts as j8, jk_tell_health as jk,
    ni_tell_network as ni,
};
use payhsm_protocol::compact::{Compact, Malformed};
use payhsm_protocol::field::{Moment, Period, Running, Serial};

pub(super) fn answer(opcode: Opcode, body: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    let serial = Serial(*b"0123456789AB");
    let period = Period { start: Moment(1), end: Moment(2), now: Moment(3) };
    if opcode == Opcode::NI {
        assert!(read::<ni::TellNetwork>(body).statistics);
        ni::NetworkTold { connections: Vec::new(), traffic: None }.put(out)
    } else if opcode == Opcode::J2 {
        j2::LoadTold { serial, period, bands: Vec::new() }.put(out)
    } else if opcode == Opcode::J4 {
        j4::VolumesTold { serial, period, volumes: Vec::new() }.put(out)
    } else if opcode == Opcode::J8 {
        let (minute_limit_met, hour_limit_met, attack_limit_met) = (2, 3, 4);
        let (restarts, tampers) = (1, 0);
        j8::HealthCountsTold {
            serial,
            period,
            restarts,
            tampers,
            minute_limit_met,
            hour_limit_met,
            attack_limit_met,
        }
        .put(out)
    } else {
        jk::HealthTold {
            serial,
            now: period.now,
            console: Running::NotConfigured,
            host: Running::Yes,
            tampered: None,
            old_lmks: 0,
            lmks: Vec::new(),
            failures_exceeded: false,
            attacks_exceeded: false,
        }
        .put(out)
    }
}
