//! `prove`: files that convince others without the log.

use super::args::Prove;
use super::reader::{Log, leaf};
use super::{Stop, deliver, key};
use crate::proof::{TlogProof, verify_consistency, verify_inclusion};
use crate::tree::{ProofError, consistency_proof, inclusion_proof, root};
use std::fmt;
use std::io::Write;

/// `prove`.
pub(super) fn run(task: &Prove, out: &mut dyn Write) -> Result<(), Stop> {
    let log = Log::open(&task.log)?;
    let given = key::checkpoints(&task.checkpoints)?;
    let text = match (&task.consistency, task.index) {
        (Some(sizes), _) => {
            let [old, new] = sizes.as_slice() else {
                return Err(Stop::unable("two sizes are needed"));
            };
            let (note, checkpoint) = log.checkpoint_of(Some(*new), &given)?;
            let nodes = log.nodes(*new);
            let path = consistency_proof(*old, *new, &nodes).map_err(refused)?;
            let old_root = root(*old, &nodes).map_err(|error| Stop::Bad(error.to_string()))?;
            verify_consistency(*old, old_root, *new, checkpoint.root, &path).map_err(unproven)?;
            let hashes: String = path.iter().map(|hash| hash.to_base64() + "\n").collect();
            format!("old {old}\n{hashes}\n{note}")
        }
        (None, Some(index)) => {
            let (note, checkpoint) = log.checkpoint_of(task.size, &given)?;
            let path = inclusion_proof(index, checkpoint.size, &log.nodes(checkpoint.size))
                .map_err(refused)?;
            let mut entry = Vec::new();
            log.each((index, index + 1), |_, bytes| {
                entry = bytes.to_vec();
                Ok(false)
            })?;
            verify_inclusion(leaf(&entry), index, checkpoint.size, &path, checkpoint.root)
                .map_err(unproven)?;
            TlogProof { extra: Some(entry), index, path, checkpoint: note }.to_string()
        }
        (None, None) => return Err(Stop::unable("an index or two sizes are needed")),
    };
    deliver(task.output.as_deref(), &text, out)
}

fn refused<E: fmt::Display>(error: ProofError<E>) -> Stop {
    let why = error.to_string();
    match error {
        ProofError::Node(_) => Stop::Bad(why),
        ProofError::NoSuchLeaf { .. } | ProofError::Shrunk { .. } | ProofError::FromNothing => {
            Stop::Unable(why)
        }
    }
}

fn unproven(_: crate::proof::Unproven) -> Stop {
    Stop::Bad("records and hashes do not fit the checkpoint: there is nothing to prove; verify says what is wrong".to_owned())
}
