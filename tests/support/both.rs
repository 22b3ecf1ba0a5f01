//! One message in both dialects, so that a test that goes step by step can go in either.

use super::pins::compact;
use super::{ask, host_settings};
use payhsm::Engine;
use payhsm::engine::Dialect;
use payhsm_protocol::command::Reply;
use payhsm_protocol::host::{Fields, Writer};
use payhsm_protocol::{Command, Opcode};

pub(crate) const BOTH: [Dialect; 2] = [Dialect::Host, Dialect::Compact];

macro_rules! declare_translation {
    ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
        /// The answer to a message of the host dialect that went through another, as the host dialect writes it.
        pub(crate) fn ask_in(engine: &Engine, dialect: Dialect, message: &str) -> String {
            let opcode = Opcode::from_code(message.as_bytes()[..2].try_into().unwrap()).unwrap();
            match (dialect, opcode) {
                (Dialect::Host, _) => ask(engine, message),
                $((Dialect::Compact, Opcode::$code) => {
                    through_compact::<payhsm_protocol::command::$module::$request>(engine, message)
                })+
            }
        }
    };
}

payhsm_protocol::for_each_command!(declare_translation);

fn through_compact<C: Command>(engine: &Engine, message: &str) -> String {
    let settings = host_settings();
    let mut answer = C::OPCODE.code().reply().to_vec();
    // What is no message has no translation: the code is that of the dialect that it is in.
    let mut fields = Fields::new(&message.as_bytes()[2..], &settings);
    if C::decode_host(&mut fields).and_then(|_| fields.finish()).is_err() {
        return ask(engine, message);
    }
    let (code, reply, _) = compact::<C>(engine, &settings, message);
    answer.extend(code.as_bytes());
    if let Some(reply) = reply {
        reply.encode_host(&mut Writer::new(&mut answer, &settings));
    }
    String::from_utf8(answer).unwrap()
}
