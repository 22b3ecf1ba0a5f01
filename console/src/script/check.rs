//! Everything about a script that can be told before anything is done.

use super::acts::new_key;
use super::secrets::Descriptors;
use super::steps::{Script, Step};
use crate::Leave;
use crate::component::Shape;
use crate::flow::{authorise, credential, table};
use crate::shares;
use payhsm_officer::{IdentityFile, ShareFile};
use payhsm_protocol::field::LmkId;
use std::path::Path;

/// Checks a script: files, names, descriptors, shapes. Reads no secret.
///
/// # Errors
/// [`Leave::Refused`] with the step that is wrong.
pub fn check(script: &Script) -> Result<(), Leave> {
    let mut names = Vec::new();
    for officer in &script.officer {
        let file = IdentityFile::read(&script.path(&officer.file)).map_err(|error| {
            Leave::Refused(format!("{}: {}", officer.file.display(), Leave::from(error)))
        })?;
        names.push(file.officer().name.clone());
        descriptor(officer.passphrase_fd).map_err(Leave::Refused)?;
    }
    for (number, step) in (1..).zip(&script.step) {
        check_step(script, &names, step).map_err(|why| {
            Leave::Refused(format!("Step {number} ({}): {why} Nothing was done.", step.name()))
        })?;
    }
    Ok(())
}

fn check_step(script: &Script, names: &[String], step: &Step) -> Result<(), String> {
    let known = |officer: &String| {
        let told = || format!("{officer} is no [[officer]] of the script.");
        names.contains(officer).then_some(()).ok_or_else(told)
    };
    let text = |leave: Leave| leave.to_string();
    match step {
        Step::LogIn { officer } | Step::LogOut { officer } => known(officer),
        Step::Enrol { file } => {
            IdentityFile::read(&script.path(file)).map(drop).map_err(|error| text(error.into()))
        }
        Step::Unseal { officer, share } => {
            known(officer)?;
            ShareFile::read(&script.path(share)).map(drop).map_err(|error| text(error.into()))
        }
        Step::GenerateLmk { id, needed, holders, shares } => {
            lmk(*id)?;
            let folder = script.path(shares);
            split(*needed, holders, &folder)?;
            shares::check_free(&folder, LmkId(*id), holders)
        }
        Step::LmkFromComponents { id, needed, holders, shares, components_fd, check_values } => {
            lmk(*id)?;
            split(*needed, holders, &script.path(shares))?;
            components(components_fd, check_values, 3)
        }
        Step::ReissueShares { id, needed, holders, shares } => {
            lmk(*id)?;
            let folder = script.path(shares);
            split(*needed, holders, &folder)?;
            shares::check_free(&folder, LmkId(*id), holders)
        }
        Step::TryShares { shares } | Step::Credential { shares, fd: _, even_to_a_file: _ } => {
            for share in shares {
                let file =
                    ShareFile::read(&script.path(share)).map_err(|error| text(error.into()))?;
                known(&file.share.holder)?;
            }
            if let Step::Credential { fd, even_to_a_file, .. } = step {
                credential::Target::open(*fd, *even_to_a_file).map_err(text)?;
            }
            if shares.is_empty() { Err("It takes shares.".to_owned()) } else { Ok(()) }
        }
        Step::ChangeLmk { needed, holders, shares } => {
            split(*needed, holders, &script.path(shares))
        }
        Step::GenerateKey { key } | Step::ImportKey { key, zmk: _, block: _ } => {
            new_key(key).map(drop)
        }
        Step::KeyFromComponents { key, components_fd, check_values } => {
            new_key(key)?.attributes.algorithm.and_then(Shape::of).ok_or("It has no algorithm.")?;
            components(components_fd, check_values, 2)
        }
        Step::SetTable { pvk: _, digits } => table::digits(digits).map(drop),
        Step::Authorise { activity, minutes } => {
            authorise::activity(activity)?;
            if (1..=720).contains(minutes) {
                Ok(())
            } else {
                Err("minutes is 1 to 720.".to_owned())
            }
        }
        Step::Remove { .. }
        | Step::AcceptOlderStore
        | Step::Seal
        | Step::ContinueMigration
        | Step::EraseOldLmk
        | Step::Erase { .. }
        | Step::ExportKey { .. }
        | Step::EnableKey { .. }
        | Step::DisableKey { .. }
        | Step::DestroyKey { .. }
        | Step::RemoveTable { .. }
        | Step::SetZone { .. }
        | Step::RemoveZone { .. }
        | Step::Revoke { .. }
        | Step::Backup { .. }
        | Step::Reload
        | Step::ReplaceAuditKey => Ok(()),
    }
}

fn lmk(id: u8) -> Result<(), String> {
    if id <= 99 { Ok(()) } else { Err("An LMK's id is 0 to 99.".to_owned()) }
}

fn split(needed: u8, holders: &[String], folder: &Path) -> Result<(), String> {
    let twice = holders
        .iter()
        .enumerate()
        .any(|(at, name)| holders.iter().skip(at + 1).any(|other| other == name));
    if !(2..=9).contains(&holders.len()) || twice {
        return Err("An LMK has 2 to 9 holders, each once.".to_owned());
    }
    if needed < 2 || usize::from(needed) > holders.len() {
        return Err(format!("needed is 2 to {}.", holders.len()));
    }
    shares::check_folder(folder)
}

fn components(descriptors: &[u32], check_values: &[String], least: usize) -> Result<(), String> {
    if !(least..=9).contains(&descriptors.len()) {
        return Err(format!("There are {least} to 9 components."));
    }
    if !check_values.is_empty() && check_values.len() != descriptors.len() {
        return Err("There is a check value for each component, or none at all.".to_owned());
    }
    descriptors.iter().try_for_each(|one| descriptor(*one))
}

fn descriptor(descriptor: u32) -> Result<(), String> {
    if Descriptors::is_open(descriptor) {
        Ok(())
    } else {
        Err(format!("File descriptor {descriptor} is not open for reading."))
    }
}
