//! One step of a script after the other.

use super::secrets::Descriptors;
use super::steps::{KeyForm, Script, Step};
use crate::component::{self, Shape};
use crate::flow::trial::{self, Tried};
use crate::flow::{change_lmk, components, credential, key_form, keys, officers, reissue};
use crate::session::{Person, Session, unexpected};
use crate::shares::{self, Split};
use crate::terminal::Tone;
use crate::{Leave, Secret, words};
use payhsm_officer::{IdentityFile, ShareFile};
use payhsm_protocol::field::{Exportability, KeyAttributes, LmkId};
use payhsm_protocol::officer::{Act, Answer, Forming, NewKey, Quorum, Zone};
use std::path::{Path, PathBuf};

pub(super) struct Runner<'a, 'b> {
    script: &'a Script,
    pub(super) session: Session<'b>,
    descriptors: Descriptors,
}

impl<'a, 'b> Runner<'a, 'b> {
    pub(super) fn new(script: &'a Script, session: Session<'b>) -> Self {
        Self { script, session, descriptors: Descriptors::default() }
    }

    pub(super) fn step(&mut self, step: &Step) -> Result<(), Leave> {
        let session = &mut self.session;
        match step.clone() {
            Step::LogIn { officer } => self.log_in(&officer),
            Step::LogOut { officer } => session.log_out(&officer),
            Step::Enrol { file } => officers::enrol_file(session, &self.script.path(&file)),
            Step::Remove { officer } => session.perform(&Act::Remove { name: officer }),
            Step::GenerateLmk { id, needed, holders, shares } => {
                let quorum = quorum(needed, &holders);
                let answer = session.ask(&Act::GenerateLmk { id: LmkId(id), quorum, holders })?;
                self.made(&format!("LMK {} was made inside", LmkId(id)), answer, quorum, &shares)
            }
            Step::LmkFromComponents {
                id,
                needed,
                holders,
                shares,
                components_fd,
                check_values,
            } => {
                let quorum = quorum(needed, &holders);
                let count = count(&components_fd);
                let forming = Forming::Lmk { id: LmkId(id), components: count, quorum, holders };
                let answer = self.form(&forming, component::LMK, &components_fd, &check_values)?;
                self.made(
                    &format!("LMK {} was formed of components", LmkId(id)),
                    answer,
                    quorum,
                    &shares,
                )
            }
            Step::Unseal { officer, share } => {
                let file = ShareFile::read(&self.script.path(&share))?;
                shares::give(session, &officer, &file)
            }
            Step::AcceptOlderStore => {
                session.perform(&Act::AcceptOlderStore)?;
                session.accept_older();
                Ok(())
            }
            Step::Seal => session.perform(&Act::Seal),
            Step::ChangeLmk { needed, holders, shares } => {
                let quorum = quorum(needed, &holders);
                let folder = self.script.path(&shares);
                shares::check_free(&folder, change_lmk::master(session), &holders)
                    .map_err(Leave::Refused)?;
                let answer = session.ask(&Act::ChangeLmk { quorum, holders })?;
                self.made("A new LMK was made inside", answer, quorum, &shares)?;
                change_lmk::migrate(&mut self.session)
            }
            Step::ReissueShares { id, needed, holders, shares } => {
                let (id, quorum) = (LmkId(id), quorum(needed, &holders));
                let answer = session.ask(&Act::ReissueShares { id, quorum, holders })?;
                let split = Split::from_answer(answer, quorum)?;
                let folder = self.script.path(&shares);
                shares::made(session, &reissue::what(id, &split), &split, &folder, |_, _| Ok(None))
            }
            Step::TryShares { shares } => self.try_shares(&shares).map(drop),
            Step::Credential { shares, fd, even_to_a_file } => {
                let target = credential::Target::open(fd, even_to_a_file)?;
                let opened = self.try_shares(&shares)?;
                credential::write(&mut self.session, target, &opened)
            }
            Step::ContinueMigration => change_lmk::migrate(session),
            Step::EraseOldLmk => session.perform(&Act::EraseOldLmk),
            Step::Erase { appliance } => session.perform(&Act::Erase { appliance }),
            Step::GenerateKey { key } => {
                let key = form(&key)?;
                let answer = session.ask(&Act::GenerateKey(key.clone()))?;
                keys::made(session, &key, "made inside", answer)
            }
            Step::ImportKey { key, zmk, block } => {
                let key = form(&key)?;
                let how = format!("imported under {zmk}");
                let answer = session.ask(&Act::ImportKey { key: key.clone(), zmk, block })?;
                keys::made(session, &key, &how, answer)
            }
            Step::KeyFromComponents { key, components_fd, check_values } => {
                let key = form(&key)?;
                let shape = key.attributes.algorithm.and_then(Shape::of).ok_or(Leave::Back)?;
                let forming = Forming::Key { key: key.clone(), components: count(&components_fd) };
                let answer = self.form(&forming, shape, &components_fd, &check_values)?;
                keys::made(&mut self.session, &key, "formed of components", answer)
            }
            Step::ExportKey { label, zmk } => export(session, label, zmk),
            Step::EnableKey { label } => session.perform(&Act::EnableKey { label, enabled: true }),
            Step::DisableKey { label } => {
                session.perform(&Act::EnableKey { label, enabled: false })
            }
            Step::DestroyKey { label } => session.perform(&Act::DestroyKey { label }),
            Step::SetZone { name, zmk, zpk, zek, export_profile, callers } => {
                let export_profile = export_profile.unwrap_or_else(|| "E6".to_owned());
                session.perform(&Act::SetZone(Zone {
                    name,
                    zmk,
                    zpk,
                    zek,
                    export_profile,
                    callers,
                }))
            }
            Step::RemoveZone { name } => session.perform(&Act::RemoveZone { name }),
            Step::SetTable { pvk, digits } => session.perform(&Act::SetTable { pvk, digits }),
            Step::RemoveTable { pvk } => session.perform(&Act::RemoveTable { pvk }),
            Step::Authorise { activity, minutes } => {
                session.perform(&Act::Authorise { activity, minutes })
            }
            Step::Revoke { activity } => session.perform(&Act::Revoke { activity }),
            Step::Backup { file } => session.perform(&Act::Backup { file }),
            Step::Reload => session.perform(&Act::Reload),
            Step::ReplaceAuditKey => session.perform(&Act::ReplaceAuditKey),
        }
    }

    fn log_in(&mut self, officer: &str) -> Result<(), Leave> {
        for entry in &self.script.officer {
            let path = self.script.path(&entry.file);
            let file = IdentityFile::read(&path)?;
            if file.officer().name == officer {
                let passphrase = self.descriptors.line(entry.passphrase_fd)?;
                let identity = file.unlock(&passphrase)?;
                return self.session.log_in(Person { identity, path });
            }
        }
        Err(Leave::Refused(format!("{officer} is no [[officer]] of the script.")))
    }

    fn try_shares(&mut self, paths: &[PathBuf]) -> Result<Vec<Secret>, Leave> {
        let (session, mut all) = (&mut self.session, Vec::new());
        for path in paths {
            let file = ShareFile::read(&self.script.path(path))?;
            let holder = file.share.holder.clone();
            let share = shares::opened(session, &holder, &file)?;
            let tried = trial::give(session, &holder, &file, &share)?;
            all.push(share);
            if tried == Tried::Good {
                return Ok(all);
            }
        }
        Err(Leave::Refused("It takes more shares than these.".to_owned()))
    }

    fn made(
        &mut self,
        how: &str,
        answer: Answer,
        quorum: Quorum,
        folder: &Path,
    ) -> Result<(), Leave> {
        let split = Split::from_answer(answer, quorum)?;
        let what =
            format!("{how}; any {} of {} of its shares bring it back", quorum.needed, quorum.of);
        let folder = self.script.path(folder);
        shares::made(&mut self.session, &what, &split, &folder, |_, _| Ok(None))
    }

    fn form(
        &mut self,
        forming: &Forming,
        shape: Shape,
        descriptors: &[u32],
        expected: &[String],
    ) -> Result<Answer, Leave> {
        components::begin(&mut self.session, forming)?;
        let mut expected = expected.iter();
        let entered = (1..).zip(descriptors).try_for_each(|(number, descriptor)| {
            self.component(shape, number, *descriptor, expected.next())
        });
        let finished = entered.and_then(|()| self.session.ask(&Act::FinishComponents));
        if finished.is_err() {
            components::abandon(&mut self.session);
        }
        finished
    }

    fn component(
        &mut self,
        shape: Shape,
        number: usize,
        descriptor: u32,
        expected: Option<&String>,
    ) -> Result<(), Leave> {
        let line = self.descriptors.line(descriptor)?;
        let bytes = shape.read(&line).map_err(Leave::Refused)?;
        drop(line);
        let check_value = components::send(&mut self.session, &bytes)?;
        drop(bytes);
        let shown = words::check_value(&check_value);
        if expected.is_some_and(|expected| !expected.eq_ignore_ascii_case(&shown)) {
            self.session.ask(&Act::DropComponent)?;
            return Err(Leave::Refused(format!(
                "Component {number} has the check value {shown}, and the script says another."
            )));
        }
        self.session.ask(&Act::KeepComponent)?;
        let of = format!("component {number}");
        self.session.done(&format!("Component {number} was entered"), &[(&of, &check_value)]);
        Ok(())
    }
}

fn export(session: &mut Session<'_>, label: String, zmk: String) -> Result<(), Leave> {
    let act = Act::ExportKey { label: label.clone(), zmk: zmk.clone() };
    let Answer::Block { block, check_value } = session.ask(&act)? else {
        return Err(unexpected());
    };
    session.terminal.show(Tone::Plain, &block);
    session.done(&format!("Key {label} was exported under {zmk}"), &[(&label, &check_value)]);
    Ok(())
}

fn quorum(needed: u8, holders: &[String]) -> Quorum {
    Quorum { needed, of: u8::try_from(holders.len()).unwrap_or(u8::MAX) }
}

fn count(descriptors: &[u32]) -> u8 {
    u8::try_from(descriptors.len()).unwrap_or(u8::MAX)
}

fn form(key: &KeyForm) -> Result<NewKey, Leave> {
    new_key(key).map_err(Leave::Refused)
}

/// What a script says of a key, as the daemon takes it.
pub(super) fn new_key(form: &KeyForm) -> Result<NewKey, String> {
    let two = |text: &str, what: &str| {
        <[u8; 2]>::try_from(text.as_bytes()).map_err(|_| format!("{what} has two characters."))
    };
    let usage = two(&form.usage, "usage")?;
    let algorithm = two(&form.algorithm, "algorithm")?;
    words::key_bytes(algorithm).ok_or("algorithm is A1, A2, A3, T2 or T3.")?;
    let usual = key_form::PURPOSES.iter().find(|purpose| purpose.usage == usage);
    let mode_of_use = match (form.mode.map(u8::try_from), usual) {
        (Some(Ok(mode)), _) => mode,
        (None, Some(purpose)) => purpose.mode,
        (Some(Err(_)) | None, _) => return Err("mode is one letter, such as B or C.".to_owned()),
    };
    let letter = u8::try_from(form.exportability.unwrap_or('N')).unwrap_or_default();
    let exportability = Exportability::from_letter(letter).ok_or("exportability is N, E or S.")?;
    let slot = key_form::slot(form.slot.as_deref().unwrap_or("none"))?;
    Ok(NewKey {
        label: form.label.clone(),
        slot,
        attributes: KeyAttributes {
            usage,
            algorithm: Some(algorithm),
            mode_of_use,
            version: *b"00",
            exportability,
            optional_blocks: Vec::new(),
        },
    })
}
