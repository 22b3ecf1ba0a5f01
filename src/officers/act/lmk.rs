//! Making an LMK: inside, or of components. Either way it is split at once, and every share sealed to its holder.

use super::{Outcome, Rule};
use crate::lifecycle::State;
use crate::officers::lmk_file::{self, short};
use crate::officers::office::Desk;
use crate::officers::refusal::Refusal;
use crate::officers::session::TwoPresent;
use payhsm_keys::ceremony::shares::{MOST_SHARES, Share, split};
use payhsm_keys::{Lmk, LmkAbout, LmkSecret, Random, SystemRandom};
use payhsm_officer::OfficerError;
use payhsm_officer::share::{self, Belonging};
use payhsm_protocol::field::LmkId;
use payhsm_protocol::officer::{Answer, Quorum, SealedShare};

pub(super) const GENERATE: Rule<TwoPresent> =
    Rule::in_states(&[State::Uninitialised, State::Operational]);

pub(super) const REISSUE: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);

/// Who gets a share, and the keys that it is sealed to.
pub(super) type Holders = Vec<(String, [u8; 32])>;

pub(super) fn generate(
    desk: &Desk<'_>,
    two: &TwoPresent,
    id: LmkId,
    quorum: Quorum,
    holders: &[String],
) -> Outcome {
    // Before anything is made: what can be refused is refused here.
    check(desk, id, quorum, holders)?;
    let secret = LmkSecret::generate(&mut SystemRandom::new())?;
    take(desk, two, secret, id, quorum, holders)
}

/// Whether an LMK could be made and split like that.
pub(super) fn check(
    desk: &Desk<'_>,
    id: LmkId,
    quorum: Quorum,
    holders: &[String],
) -> Result<Holders, Refusal> {
    if id.0 > 99 {
        return Err(Refusal::new("the id of an LMK has two digits, 00 to 99"));
    }
    let inventory = desk.office.vault().inventory();
    if inventory.is_some_and(|inventory| inventory.lmks().get(id).is_some()) {
        return Err(Refusal::new(format_args!("there is an LMK {id} already")));
    }
    check_holders(desk, quorum, holders)
}

/// Whether these can hold the shares.
pub(super) fn check_holders(
    desk: &Desk<'_>,
    quorum: Quorum,
    holders: &[String],
) -> Result<Holders, Refusal> {
    if quorum.needed < 2 || quorum.needed > quorum.of || quorum.of > MOST_SHARES {
        return Err(Refusal::new(
            "at least two shares have to be needed, and there are at most nine of them",
        ));
    }
    if holders.len() != usize::from(quorum.of) {
        return Err(Refusal::new(format_args!(
            "there are {} shares and {} holders, and every holder gets one",
            quorum.of,
            holders.len()
        )));
    }
    let mut found = Holders::new();
    for name in holders {
        if found.iter().any(|(known, _)| known == name) {
            return Err(Refusal::new(format_args!("officer {name} would hold two of the shares")));
        }
        let officer = desk.inner.registry.find(name).ok_or_else(|| {
            Refusal::new(format_args!(
                "there is no officer {name}, and shares are held by officers"
            ))
        })?;
        found.push((name.clone(), officer.sealing_key));
    }
    Ok(found)
}

/// Splits an LMK and takes it: the first one makes the appliance operational.
pub(super) fn take(
    desk: &Desk<'_>,
    _: &TwoPresent,
    secret: LmkSecret,
    id: LmkId,
    quorum: Quorum,
    holders: &[String],
) -> Outcome {
    let holders = check(desk, id, quorum, holders)?;
    let settings = *desk.office.engine().settings();
    settings.admit(&Lmk::aes_from_secret(id, &secret)?).map_err(Refusal::new)?;
    let about = about(id, &secret, quorum, &holders)?;
    let shares = split(&secret, id, quorum, &mut SystemRandom::new())?;
    let shares = seal(desk, id, &holders, &shares)?;
    let check_value = short(&about.check_value);
    if desk.office.engine().lifecycle().state() == State::Uninitialised {
        begin(desk, secret, &about)?;
    } else {
        desk.office.vault().add_lmk(&secret, &about, &mut SystemRandom::new())?;
        desk.office.show()?;
        desk.office.write_lmk_file(desk.inner);
    }
    Ok(Answer::Split { check_value, shares, generation: desk.generation() })
}

/// Splits an LMK that is there once more. No share that is out there becomes worthless by it.
pub(super) fn reissue(
    desk: &Desk<'_>,
    _: &TwoPresent,
    id: LmkId,
    quorum: Quorum,
    names: &[String],
) -> Outcome {
    let holders = check_holders(desk, quorum, names)?;
    let random = &mut SystemRandom::new();
    let split = desk.office.vault().split_again(id, (quorum, names), random, |value, shares| {
        Ok::<_, Refusal>((short(value), seal(desk, id, &holders, shares)?))
    });
    let (check_value, shares) = split?;
    desk.office.write_lmk_file(desk.inner);
    Ok(Answer::Split { check_value, shares, generation: desk.generation() })
}

/// What is known of an LMK that was just made.
pub(super) fn about(
    id: LmkId,
    secret: &LmkSecret,
    quorum: Quorum,
    holders: &Holders,
) -> Result<LmkAbout, Refusal> {
    let holders = holders.iter().map(|(name, _)| name.clone()).collect();
    Ok(LmkAbout { id, check_value: secret.check_value()?, quorum: Some(quorum), holders })
}

/// Seals each share to its holder.
pub(super) fn seal(
    desk: &Desk<'_>,
    lmk: LmkId,
    holders: &Holders,
    shares: &[Share],
) -> Result<Vec<SealedShare>, Refusal> {
    let appliance = desk.inner.registry.appliance();
    let mut draw =
        |bytes: &mut [u8]| SystemRandom::new().fill(bytes).map_err(|_| OfficerError::Random);
    let sealed = holders.iter().zip(shares).map(|((holder, key), share)| {
        let belonging = Belonging { appliance, lmk, holder };
        let sealed = payhsm_arena::with_stack_wiped::<65536, _>(|| {
            share::seal(&mut draw, key, &belonging, share.bytes())
        })?;
        Ok(SealedShare { holder: holder.clone(), index: share.index(), lmk, sealed })
    });
    sealed.collect()
}

/// The master LMK of a new appliance: file, store, officers; then it is at work. All of it, or none.
fn begin(desk: &Desk<'_>, secret: LmkSecret, about: &LmkAbout) -> Result<(), Refusal> {
    let office = desk.office;
    let registry = &desk.inner.registry;
    // First of all: whatever is cut off here is then not taken for an appliance that never had an LMK.
    let line = lmk_file::line(about, "master");
    lmk_file::write(office.folder(), registry.appliance(), &[line])?;
    let random = &mut SystemRandom::new();
    let made = office.vault().create(registry.appliance(), secret, about, random);
    let made = made.and_then(|()| office.vault().set_officers(registry.officers(), random));
    let made = made.map_err(Refusal::from).and_then(|()| {
        office.add_test_lmks();
        let held = office.held()?;
        // A log that takes no signature of these keys is none of theirs.
        office.sign_log()?;
        office.open_cards()?;
        Ok(held)
    });
    let held = match made {
        Ok(held) => held,
        Err(refusal) => {
            undo(desk);
            return Err(refusal);
        }
    };
    office.engine().lifecycle().step(State::Sealed)?;
    office.engine().unseal(held)?;
    Ok(())
}

fn undo(desk: &Desk<'_>) {
    desk.office.engine().cards().sealed();
    // A store that was there before and is not ours to remove is one that `create` has refused.
    let vault = desk.office.vault();
    let erased = if vault.inventory().is_some() {
        // With the log that these keys have perhaps signed; if it is stuck, without.
        desk.office.erase_keys().or_else(|_| vault.erase().map_err(Refusal::from))
    } else {
        Ok(())
    };
    if let Err(refusal) = erased {
        tracing::error!(refusal.sentence, "the store of an LMK that was not taken");
    }
    if let Err(error) = lmk_file::remove(desk.office.folder()) {
        tracing::error!(%error, "lmk.toml of an LMK that was not taken");
    }
}
