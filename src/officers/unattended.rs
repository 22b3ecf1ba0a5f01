//! Unsealing without officers: the opened shares come as a credential of the service manager, one behind the other, into
//! secret memory. What that costs is told in the manual: whoever has the credential and the disk has the keys.

use super::connection::DEEPEST;
use super::office::Office;
use super::refusal::Refusal;
use crate::lifecycle::State;
use crate::record::ActOutcome;
use payhsm_arena::with_stack_wiped;
use payhsm_keys::ceremony::shares::{MOST_SHARES, SHARE};
use std::fs::File;
use std::path::Path;

impl Office {
    /// Unseals with the shares in `folder`, that of the credentials, under the name `credential`; says what came of it.
    ///
    /// # Errors
    /// A sentence; the appliance stays sealed, and officers can still unseal it.
    pub fn unseal_unattended(&self, folder: Option<&Path>, credential: &str) -> Result<(), String> {
        let unsealed = with_stack_wiped::<DEEPEST, _>(|| self.unattended(folder, credential));
        let (outcome, said) = match &unsealed {
            Ok(()) => (ActOutcome::Done, "The appliance is unsealed."),
            Err(refusal) => (ActOutcome::Refused, refusal.sentence.as_str()),
        };
        self.record(&[], ("unattended-unseal", credential), outcome, said);
        unsealed.map_err(|refusal| refusal.sentence)
    }

    fn unattended(&self, folder: Option<&Path>, credential: &str) -> Result<(), Refusal> {
        let state = self.engine().lifecycle().state();
        if state != State::Sealed {
            return Err(Refusal::state(state));
        }
        let folder = folder.ok_or_else(|| {
            Refusal::new(
                "the service manager gave no credentials: $CREDENTIALS_DIRECTORY is not set",
            )
        })?;
        let path = folder.join(credential);
        let cannot = |error: std::io::Error| {
            Refusal::new(format_args!("the credential {} cannot be read: {error}", path.display()))
        };
        let file = File::open(&path).map_err(cannot)?;
        let length = usize::try_from(file.metadata().map_err(cannot)?.len()).unwrap_or(usize::MAX);
        let most = SHARE * usize::from(MOST_SHARES);
        if length == 0 || length % SHARE != 0 || length > most {
            return Err(Refusal::new(format_args!(
                "the credential {} is no run of shares of {SHARE} bytes each",
                path.display()
            )));
        }
        let shares =
            payhsm_arena::global()?.read_exact_from(&file, length).map_err(Refusal::new)?;
        self.with(|office, inner| {
            let mut complete = false;
            for share in shares.chunks_exact(SHARE) {
                let (have, of) = inner.unsealing.give(share, 0, office.now())?;
                complete = have >= of;
                if complete {
                    break;
                }
            }
            if complete {
                return office.unseal(inner, false);
            }
            let (have, of) = inner.unsealing.counted();
            inner.unsealing = Default::default();
            Err(Refusal::new(format_args!(
                "the credential has {have} shares, and {} are needed",
                of.unwrap_or(0)
            )))
        })
    }
}
