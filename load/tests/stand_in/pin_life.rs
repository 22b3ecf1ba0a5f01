//! What it answers to the commands of PIN life.

use super::answers::{key, read};
use payhsm_protocol::command::{
    Done, wa_verify_pin as wa, wc_tell_pin_tries as wc, we_set_pin_status as we,
    wg_change_pin as wg, wi_assign_pin as wi, wk_issue_pin as wk, wm_register_pin_reference as wm,
};
use payhsm_protocol::compact::{Compact, Malformed};
use payhsm_protocol::field::{PinBlock, PinBlocked, PinReference, PinStatus, Pvki, Pvv};
use payhsm_protocol::{Opcode, field::ReferenceTerms};

const BLOCK: PinBlock = PinBlock::Tdes([0x5c; 8]);

pub(super) fn answer(opcode: Opcode, body: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    let reference = || PinReference::Pvv { pvki: Pvki(1), pvv: Pvv(*b"1234") };
    match &opcode.code().0 {
        b"WA" => {
            let request = read::<wa::VerifyPin>(body);
            assert_eq!((request.zpk, request.pvk), (key(*b"P0"), key(*b"V2")));
            assert_eq!(request.pin_block, BLOCK);
            Done::Done.put(out)
        }
        b"WC" => {
            assert_eq!(read::<wc::TellPinTries>(body).channel, None);
            let blocked = PinBlocked::No;
            wc::PinTries { tries: 0, limit: 98, last_wrong_at: 0, blocked }.put(out)
        }
        b"WE" => {
            assert_eq!(read::<we::SetPinStatus>(body).status, PinStatus::Unblock);
            Done::Done.put(out)
        }
        b"WG" => {
            let request = read::<wg::ChangePin>(body);
            assert_eq!((request.current_pin_block, request.new_pin_block), (BLOCK, BLOCK));
            Done::Done.put(out)
        }
        b"WI" => {
            let request = read::<wi::AssignPin>(body);
            assert_eq!(request.pin_block, BLOCK);
            assert_eq!(request.reference_terms, ReferenceTerms::Pvv(Pvki(1)));
            Done::Done.put(out)
        }
        b"WK" => {
            let request = read::<wk::IssuePin>(body);
            assert_eq!((request.zpk, request.pvk), (key(*b"P0"), key(*b"V2")));
            wk::IssuedPin { pin_block: BLOCK, reference: reference() }.put(out)
        }
        _ => {
            assert_eq!(opcode, Opcode::WM);
            assert_eq!(read::<wm::RegisterPinReference>(body).reference, reference());
            Done::Done.put(out)
        }
    }
}
