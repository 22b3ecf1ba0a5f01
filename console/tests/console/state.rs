//! What the daemon that is just real enough answers.

use crate::support::{APPLIANCE, State, check_value, page};
use payhsm_officer::login;
use payhsm_officer::random::SystemRandom;
use payhsm_officer::share::{self, Belonging};
use payhsm_protocol::field::{CheckValue, LmkId};
use payhsm_protocol::officer::{
    Act, Answer, AuthorisedLine, Forming, KeyLine, LmkLine, NewKey, Quorum, SealedShare, Status,
};

impl State {
    pub(crate) fn hang_up(&mut self) {
        self.present.clear();
        self.forming = None;
        self.pending = None;
    }

    fn done(&mut self, said: &str) -> Answer {
        self.generation += 1;
        Answer::Done { said: said.to_owned(), generation: self.generation }
    }

    fn two(&self) -> Result<(), Answer> {
        if self.present.len() >= 2 {
            return Ok(());
        }
        Err(Answer::Refused("this takes two different officers".to_owned()))
    }

    pub(crate) fn answer(&mut self, act: Act, secret: Vec<u8>) -> Answer {
        let name = format!("{act:?}");
        let end = name.find([' ', '(', '{']).unwrap_or(name.len());
        if act != Act::Status {
            self.acts.push(name.split_at(end).0.to_owned());
        }
        self.decide(act, secret).unwrap_or_else(|refused| refused)
    }

    fn decide(&mut self, act: Act, secret: Vec<u8>) -> Result<Answer, Answer> {
        Ok(match act {
            Act::Status => Answer::Status(Box::new(self.status())),
            Act::Login { name, signature, .. } => {
                let officer = self.officers.iter().find(|officer| officer.name == name);
                let good = officer.is_some_and(|officer| {
                    login::verify(officer, &[9; 32], APPLIANCE, &signature).is_ok()
                });
                if !good {
                    return Err(Answer::Refused("the login was refused".to_owned()));
                }
                self.present.retain(|known| *known != name);
                self.present.push(name.clone());
                Answer::Done { said: format!("{name} is present"), generation: self.generation }
            }
            Act::Logout { name } => {
                self.present.retain(|known| *known != name);
                self.done(&format!("{name} left"))
            }
            Act::Enrol(officer) => {
                if self.officers.iter().any(|known| known.name == officer.name) {
                    return Err(Answer::Refused("there is an officer of that name".to_owned()));
                }
                let said = format!("{} is an officer now", officer.name);
                self.officers.push(officer);
                self.done(&said)
            }
            Act::GenerateLmk { id, quorum, holders } => {
                self.two()?;
                self.split(id, quorum, &holders)
            }
            Act::ChangeLmk { quorum, holders } => {
                self.two()?;
                self.split(LmkId(1), quorum, &holders)
            }
            Act::ContinueMigration => {
                self.moved = (self.moved + 40).min(100);
                Answer::Progress { check_value: None, have: self.moved, of: 100 }
            }
            Act::BeginComponents(forming) => {
                self.two()?;
                self.forming = Some(forming);
                self.kept.clear();
                self.done("components may come")
            }
            Act::Component => {
                if secret.iter().all(|byte| *byte == 0) {
                    return Err(Answer::Refused("a component of nothing but zeros".to_owned()));
                }
                let value = check_value(&secret);
                self.pending = Some(secret);
                Answer::Progress { check_value: Some(value), have: 0, of: 0 }
            }
            Act::KeepComponent => {
                self.kept.extend(self.pending.take());
                self.done("it counts")
            }
            Act::DropComponent => {
                self.pending = None;
                self.done("it does not count")
            }
            Act::Abandon => {
                self.hang_up_forming();
                self.given.clear();
                self.done("forgotten")
            }
            Act::FinishComponents => match self.forming.take() {
                Some(Forming::Lmk { id, quorum, holders, .. }) => self.split(id, quorum, &holders),
                Some(Forming::Key { key, .. }) => {
                    let whole = check_value(&self.kept.concat());
                    self.key(key, whole.clone());
                    Answer::Progress { check_value: Some(whole), have: 0, of: 0 }
                }
                None => return Err(Answer::Refused("nothing was begun".to_owned())),
            },
            Act::Unseal => {
                if !self.given.contains(&secret) {
                    self.given.push(secret);
                }
                if self.given.len() < 2 {
                    Answer::Progress { check_value: None, have: 1, of: 2 }
                } else {
                    self.state = "operational".to_owned();
                    self.done("the appliance is unsealed")
                }
            }
            Act::GenerateKey(key) => {
                self.two()?;
                self.key(key, check_value(b"generated"));
                self.done("the key was made")
            }
            Act::ImportKey { key, block, .. } => {
                self.two()?;
                self.key(key, check_value(block.as_bytes()));
                self.done("the key was imported")
            }
            Act::ListKeys { after } => {
                self.keys.sort_by(|one, other| one.label.cmp(&other.label));
                let (lines, more) = page(&self.keys, |line| line.label > after);
                Answer::Keys { lines, more }
            }
            Act::SetZone(zone) => {
                self.two()?;
                self.zones.push(zone);
                self.done("the zone was kept")
            }
            Act::ListZones { after } => {
                let (lines, more) = page(&self.zones, |zone| zone.name > after);
                Answer::Zones { lines, more }
            }
            Act::ListOfficers => Answer::Officers(self.officers.clone()),
            Act::ListTables { .. } => Answer::Tables { lines: Vec::new(), more: false },
            Act::ReissueShares { id, quorum, holders } => {
                self.two()?;
                self.split(id, quorum, &holders)
            }
            Act::TryShare => {
                if self.given.contains(&secret) {
                    return Err(Answer::Refused("that share was given already".to_owned()));
                }
                self.given.push(secret);
                if self.given.len() < 2 {
                    Answer::Progress { check_value: None, have: 1, of: 2 }
                } else {
                    self.done("these shares make the LMK in force")
                }
            }
            Act::NoteCredential => {
                self.two()?;
                self.done("it is on record")
            }
            Act::Authorise { activity, minutes } => {
                self.two()?;
                let officers = self.present.clone();
                let seconds_left = u32::from(minutes) * 60;
                self.authorised.push(AuthorisedLine { activity, seconds_left, officers });
                self.done("authorised")
            }
            Act::ListAuthorised => Answer::Authorised(self.authorised.clone()),
            Act::Seal => {
                self.two()?;
                self.state = "sealed".to_owned();
                self.done("sealed")
            }
            Act::Erase { .. } => {
                self.two()?;
                self.state = "uninitialised".to_owned();
                self.done("erased")
            }
            Act::ReplaceAuditKey => {
                self.two()?;
                self.done("The audit log is signed with another key: a.example/log+01020304+AQID.")
            }
            Act::Remove { .. }
            | Act::AcceptOlderStore
            | Act::EraseOldLmk
            | Act::ExportKey { .. }
            | Act::EnableKey { .. }
            | Act::DestroyKey { .. }
            | Act::RemoveZone { .. }
            | Act::SetTable { .. }
            | Act::RemoveTable { .. }
            | Act::Revoke { .. }
            | Act::Backup { .. }
            | Act::Reload => self.done("done"),
        })
    }

    fn hang_up_forming(&mut self) {
        self.forming = None;
        self.pending = None;
        self.kept.clear();
    }

    fn key(&mut self, key: NewKey, check_value: CheckValue) {
        self.keys.push(KeyLine {
            label: key.label,
            slot: key.slot,
            attributes: key.attributes,
            check_value,
            enabled: true,
            made: "alice and bob, 2026-11-22T07:40:12Z".to_owned(),
        });
    }

    fn split(&mut self, id: LmkId, quorum: Quorum, holders: &[String]) -> Answer {
        let sealed = |(index, holder): (u8, &String)| {
            let officer = self.officers.iter().find(|officer| officer.name == *holder).unwrap();
            let belonging = Belonging { appliance: APPLIANCE, lmk: id, holder };
            let share = [index; 33];
            let sealed =
                share::seal(&mut SystemRandom, &officer.sealing_key, &belonging, &share).unwrap();
            SealedShare { holder: holder.clone(), index, lmk: id, sealed }
        };
        let shares = (1..).zip(holders).map(sealed).collect();
        let check_value = CheckValue(vec![0xa1, 0xb2, 0xc3]);
        self.lmks.push(LmkLine {
            id,
            scheme: "AES-256 key block".to_owned(),
            check_value: check_value.clone(),
            role: "master".to_owned(),
            holders: holders.to_vec(),
            quorum: Some(quorum),
        });
        self.state = "operational".to_owned();
        self.generation += 1;
        Answer::Split { check_value, shares, generation: self.generation }
    }

    fn status(&self) -> Status {
        let sealed = self.state == "sealed";
        Status {
            appliance: APPLIANCE.to_owned(),
            challenge: [9; 32],
            state: self.state.clone(),
            notes: Vec::new(),
            profile: self.profile.clone().unwrap_or_else(|| "issuer".to_owned()),
            version: "0.1.0".to_owned(),
            memory: "secret".to_owned(),
            generation: self.generation,
            lmks: self.lmks.clone(),
            officers: self.officers.iter().map(|officer| officer.name.clone()).collect(),
            present: self.present.clone(),
            shares: sealed
                .then(|| Quorum { needed: u8::try_from(self.given.len()).unwrap(), of: 2 }),
            log: None,
        }
    }
}
