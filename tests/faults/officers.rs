//! The officers' socket, asked as their console does it.

use payhsm_protocol::compact::Compact;
use payhsm_protocol::officer::{Act, Answer, Status};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// How the appliance stands, as officers are told it.
pub(crate) fn status(socket: &Path) -> Box<Status> {
    let mut stream = UnixStream::connect(socket).unwrap();
    let mut message = Vec::new();
    Act::Status.put(&mut message).unwrap();
    let lengths = [message.len(), 0].map(|length| u32::try_from(length).unwrap().to_be_bytes());
    stream.write_all(&[&lengths.concat(), &*message].concat()).unwrap();
    let mut lengths = [0; 8];
    stream.read_exact(&mut lengths).unwrap();
    let length = u32::from_be_bytes(lengths[..4].try_into().unwrap());
    let mut message = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut message).unwrap();
    let answer = Answer::take(&message).unwrap();
    let Answer::Status(status) = answer else { panic!("{answer:?}") };
    status
}

/// What the officers' socket says of the log, if anything.
pub(crate) fn note(socket: &Path) -> Option<String> {
    status(socket).notes.into_iter().find(|note| note.contains("audit log"))
}
