//! What it answers of dynamic CVV2s and contactless values.

use super::answers::{key, read};
use payhsm_protocol::command::{
    Done, pm_verify_contactless as pm, take_body, va_generate_dynamic_cvv2 as va,
    vc_verify_dynamic_cvv2 as vc, ve_set_dynamic_mode as ve, vg_tell_dynamic_status as vg,
};
use payhsm_protocol::compact::{Compact, Malformed};
use payhsm_protocol::field::{
    Cvv2Kind, DynamicMode, DynamicState, LastVerdict, SecurityDigits, SecurityValue,
};
use payhsm_protocol::{ErrorCode, Opcode};

fn value() -> SecurityValue {
    SecurityValue::Clear(SecurityDigits(b"123".to_vec()))
}

pub(super) fn answer(opcode: Opcode, body: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    if opcode == Opcode::VA {
        assert_eq!(read::<va::GenerateDynamicCvv2>(body).dcvk, key(*b"90"));
        let mode = DynamicMode::Dynamic;
        let (issued_at, expires_at, seconds) = (1, 301, 300);
        va::GeneratedDynamicCvv2 { mode, issued_at, expires_at, seconds, value: value() }.put(out)
    } else if opcode == Opcode::VC {
        let request = read::<vc::VerifyDynamicCvv2>(body);
        // What CW gave.
        assert_eq!((request.dcvk, request.value), (key(*b"90"), value()));
        assert_eq!(request.static_cvv2.unwrap().cvk, key(*b"C0"));
        vc::VerifiedDynamicCvv2 { kind: Cvv2Kind::Static }.put(out)
    } else if opcode == Opcode::VE {
        read::<ve::SetDynamicMode>(body);
        Done::Done.put(out)
    } else if opcode == Opcode::VG {
        read::<vg::TellDynamicStatus>(body);
        vg::DynamicStatus {
            mode: DynamicMode::Static,
            state: DynamicState::NotGenerated,
            issued_at: 0,
            expires_at: 0,
            tries_left: 0,
            uses_left: 0,
            last: LastVerdict::None,
            counter: None,
        }
        .put(out)
    } else {
        assert_eq!(opcode, Opcode::PM);
        // A published key: under the default LMK.
        let request: Result<(_, pm::VerifyContactless), ErrorCode> = take_body(body);
        assert!(matches!(request, Ok((None, _))));
        Done::Done.put(out)
    }
}
