//! Shares on their way to the master LMK. They belong to the appliance and not to a connection: holders may come one after
//! the other. Whatever nobody goes on with is wiped after ten minutes.

use super::lmk_file;
use super::office::{Inner, Office};
use super::refusal::Refusal;
use super::registry::Compared;
use crate::engine::Held;
use crate::lifecycle::State;
use crate::record::ActOutcome;
use payhsm_keys::ceremony::shares::Combining;
use payhsm_keys::store::Expected;
use payhsm_keys::{Lmk, SystemRandom, VaultRefused};
use payhsm_officer::file;
use payhsm_protocol::field::LmkId;
use std::time::Duration;

/// For which shares wait for the next one.
const PATIENCE: Duration = Duration::from_secs(600);

/// Shares that were given.
#[derive(Debug, Default)]
pub(super) struct Unsealing {
    combining: Combining,
    /// The highest generation that one of the holders has seen.
    seen_generation: u64,
    touched: Duration,
    /// They make the LMK, but the store is older than it should be: two officers may accept it.
    older: bool,
}

impl Unsealing {
    /// Takes a share; how many there are, of how many.
    pub(super) fn give(
        &mut self,
        share: &[u8],
        seen_generation: u64,
        now: Duration,
    ) -> Result<(u8, u8), Refusal> {
        let counted = self.combining.add(share)?;
        self.seen_generation = self.seen_generation.max(seen_generation);
        self.touched = now;
        Ok(counted)
    }

    /// How many there are, of how many if that is known.
    pub(super) fn counted(&self) -> (u8, Option<u8>) {
        (self.combining.have(), self.combining.needed())
    }

    /// Whether it is the age of the store alone that is in the way.
    pub(super) const fn is_too_old(&self) -> bool {
        self.older
    }

    /// Forgets shares that nobody goes on with.
    pub(super) fn expire(&mut self, now: Duration) {
        if self.combining.have() > 0 && now.saturating_sub(self.touched) > PATIENCE {
            *self = Self::default();
        }
    }
}

impl Office {
    /// Puts the shares together and opens the store with what they make. Shares that do not are forgotten.
    pub(super) fn unseal(&self, inner: &mut Inner, accept_older: bool) -> Result<(), Refusal> {
        let unsealing = &mut inner.unsealing;
        let expected = Expected { seen_generation: unsealing.seen_generation, accept_older };
        let id = unsealing.combining.lmk().unwrap_or(LmkId(0));
        let lmk = unsealing.combining.combine();
        let unsealed = lmk
            .map_err(VaultRefused::from)
            .and_then(|lmk| self.vault().unseal(id, lmk, expected, &mut SystemRandom::new()));
        if let Err(refused) = unsealed {
            let older = matches!(&refused, VaultRefused::Store(store) if store.may_be_accepted());
            if older {
                // Once accepted, the holders need not come again.
                unsealing.older = true;
            } else {
                *unsealing = Unsealing::default();
            }
            return Err(refused.into());
        }
        *unsealing = Unsealing::default();
        let brought = self.bring_into_force(inner, accept_older);
        if brought.is_err() {
            self.engine().cards().sealed();
            self.vault().seal();
        }
        brought
    }

    /// The store is open: is it ours, and are the officers who we think?
    fn bring_into_force(&self, inner: &mut Inner, accepted: bool) -> Result<(), Refusal> {
        let (ours, its) = (inner.registry.appliance().to_owned(), self.vault().appliance()?);
        if !ours.eq_ignore_ascii_case(&its) {
            return Err(Refusal::new(format_args!(
                "the store belongs to appliance {its}, and this is {ours}; \
                 a backup has the file of the officers beside it, which belongs to it"
            )));
        }
        let sealed = self.vault().officers()?;
        let compared = inner.registry.compare(&sealed);
        if compared == Compared::Different && !accepted {
            return Err(self.tampered_officers(inner, sealed));
        }
        inner.registry.settle(sealed)?;
        self.add_test_lmks();
        let held = self.held()?;
        self.sign_log()?;
        // Before the first request that may need them.
        self.open_cards()?;
        self.engine().unseal(held)?;
        self.write_lmk_file(inner);
        Ok(())
    }

    /// `officers.toml` was changed by somebody else. It is kept to look into, and put right from the sealed list.
    fn tampered_officers(
        &self,
        inner: &mut Inner,
        sealed: Vec<payhsm_protocol::officer::Officer>,
    ) -> Refusal {
        let path = inner.registry.path().to_owned();
        let found = path.with_extension("toml.found");
        let kept = file::read(&path).and_then(|text| file::replace(&found, &text));
        let put_right = inner.registry.settle(sealed);
        for error in kept
            .err()
            .map(|error| error.to_string())
            .into_iter()
            .chain(put_right.err().map(|error| error.to_string()))
        {
            tracing::error!(error, "the list of officers");
        }
        let reason = "the list of officers in officers.toml is not the one in the sealed store: somebody has changed it. \
                      What was found is kept in officers.toml.found, and the list was put right. Find out who could write \
                      there; the appliance unseals again after the daemon was started anew";
        drop(self.engine().tamper());
        let refusal = Refusal::new(reason);
        inner.notes.push(refusal.sentence.clone());
        self.record(&[], ("tampered", ""), ActOutcome::Done, &refusal.sentence);
        refusal
    }

    /// What requests get.
    pub(super) fn held(&self) -> Result<Held, Refusal> {
        let inventory = self.vault().inventory().ok_or(VaultRefused::Sealed)?;
        Held::admitted(inventory, self.engine().settings()).map_err(Refusal::new)
    }

    /// Requests see what officers have changed.
    pub(super) fn show(&self) -> Result<(), Refusal> {
        if self.engine().lifecycle().state() == State::Operational {
            drop(self.engine().change(self.held()?)?);
        }
        Ok(())
    }

    /// A developer's appliance has the public test LMKs besides its own, as far as their ids are free.
    pub(super) fn add_test_lmks(&self) {
        let settings = self.engine().settings();
        let test = [
            Lmk::public_test_aes_key_block(LmkId(2)),
            Lmk::public_test_variant(LmkId(0)),
            Lmk::public_test_tdes_key_block(LmkId(1)),
        ];
        for lmk in test.into_iter().flatten().filter(|lmk| settings.admit(lmk).is_ok()) {
            let id = lmk.id();
            if let Err(refused) = self.vault().add_test_lmk(lmk, &mut SystemRandom::new()) {
                tracing::debug!(%id, %refused, "no test LMK");
            }
        }
    }

    /// Writes what is known of the LMKs for the time when they are not in force. It is no more than information.
    pub(super) fn write_lmk_file(&self, inner: &Inner) {
        let written = lmk_file::write(self.folder(), inner.registry.appliance(), &self.lmks());
        if let Err(error) = written {
            tracing::error!(%error, "lmk.toml");
        }
    }
}
