//! What a caller reads: replies of a server that may be anybody's.

use super::given::Given;
use super::seeds::Seed;
use payhsm_load::template::{Dialect, Request, Template};
use payhsm_protocol::command::{Command, Reply};
use payhsm_protocol::compact::Compact;
use payhsm_protocol::frame::Taken;
use payhsm_protocol::host::{Settings, Writer};
use payhsm_protocol::{ErrorCode, Opcode};
use std::fmt::Debug;

/// What was read is written and read again: the same bytes; and the host dialect can say it.
fn reply_of<R: Reply + Compact + Debug>(body: &[u8]) {
    let Ok(reply) = R::take(body) else { return };
    let mut written = Vec::new();
    reply.put(&mut written).expect("what was read can be sent");
    let again = R::take(&written).expect("what was written can be read");
    let mut written_again = Vec::new();
    again.put(&mut written_again).expect("what was read can be sent");
    assert_eq!(written_again, written);
    let mut host = Vec::new();
    reply.encode_host(&mut Writer::new(&mut host, &Settings::default()));
}

macro_rules! declare_replies {
    ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
        /// Replies of the compact dialect, as `payhsm-client` reads them: two bytes choose the command, the rest is the body of
        /// its reply.
        pub fn reply(data: &[u8]) {
            let mut given = Given::new(data);
            let code = given.array();
            let number = usize::from(u16::from_be_bytes(code)) % Opcode::ALL.len();
            let opcode = Opcode::from_code(code).unwrap_or(Opcode::ALL[number]);
            match opcode {
                $(Opcode::$code => reply_of::<
                    <payhsm_protocol::command::$module::$request as Command>::Reply,
                >(given.rest()),)+
            }
        }
    };
}

payhsm_protocol::for_each_command!(declare_replies);

/// Replies as `payhsm-load` reads them: it takes whole ones only, and no more than there are.
pub fn load_reply(data: &[u8]) {
    let request = Request { code: *b"B2", compact: b"\0\x02hi".to_vec(), host: b"0002hi".to_vec() };
    for dialect in [Dialect::Compact, Dialect::Host] {
        let template = Template::new(dialect, &request);
        let mut rest = data;
        while let Taken::Frame(verdict, size) = template.take(rest) {
            assert!((8..=rest.len()).contains(&size), "{size} of {}", rest.len());
            assert_eq!(verdict.is_ok(), verdict.error == ErrorCode::Ok.wire());
            rest = &rest[size..];
        }
    }
}

/// Seeds of [`reply`]: what a developer's appliance answers to the seeds of requests.
#[must_use]
pub fn reply_seeds(seeds: &[Seed], answer: impl Fn(&[u8]) -> Vec<u8>) -> Vec<Vec<u8>> {
    let of = |seed: &Seed| {
        let answered = answer(&seed.compact_frame(1));
        // Length, id, code, error; of a refusal nothing is left.
        let body = answered.get(12..)?;
        (!body.is_empty()).then(|| [&seed.opcode.code().0, body].concat())
    };
    seeds.iter().filter_map(of).collect()
}

/// Seeds of [`load_reply`].
#[must_use]
pub fn load_reply_seeds() -> Vec<Vec<u8>> {
    vec![
        b"\0\0\0\x0b\0\0\0\x01B300\x02hi\0\0\0\x08\0\0\0\x02B371".to_vec(),
        b"\0\x0a\0\0\0\x01B300hi\0\x08\0\0\0\x02B371".to_vec(),
    ]
}
