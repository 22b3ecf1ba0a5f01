//! From bytes to a record. One record has one encoding, so whatever would be written otherwise is refused.

use super::{Act, Command, Event, Moment, Record, VERSION, tag};

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the log, from 0.
    pub index: u64,
    /// When it was written.
    pub moment: Moment,
    /// What it says.
    pub record: Record,
}

/// The bytes are no entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an entry of this log")]
pub struct Malformed;

struct Field<'a> {
    tag: u8,
    value: &'a [u8],
}

impl Field<'_> {
    fn text(&self) -> Result<String, Malformed> {
        std::str::from_utf8(self.value).map(str::to_owned).map_err(|_| Malformed)
    }

    fn array<const N: usize>(&self) -> Result<[u8; N], Malformed> {
        self.value.try_into().map_err(|_| Malformed)
    }
}

impl Entry {
    /// Reads an entry that takes up all of `bytes`.
    ///
    /// # Errors
    /// [`Malformed`] for anything that [`Record::put`] does not write.
    pub fn take(bytes: &[u8]) -> Result<Self, Malformed> {
        let (&[version, kind], rest) = bytes.split_first_chunk().ok_or(Malformed)?;
        let (index, rest) = number(rest)?;
        let (wall, rest) = number(rest)?;
        let (monotonic, rest) = number(rest)?;
        if version != VERSION {
            return Err(Malformed);
        }
        let fields = fields(rest)?;
        let record = match kind {
            1 => Record::Command(command(&fields)?),
            2 => Record::Act(act(&fields)?),
            3 => Record::Event(event(&fields)?),
            _ => return Err(Malformed),
        };
        let entry = Self { index, moment: Moment { wall, monotonic }, record };
        // Fields twice, in disorder, empty or too long: they would be written otherwise.
        let mut again = Vec::with_capacity(bytes.len());
        entry.record.put(index, entry.moment, &mut again);
        if again == bytes { Ok(entry) } else { Err(Malformed) }
    }

    /// The index alone, which every entry has in the same place.
    ///
    /// # Errors
    /// [`Malformed`] if there is none.
    pub fn index_of(bytes: &[u8]) -> Result<u64, Malformed> {
        number(bytes.get(2..).ok_or(Malformed)?).map(|(index, _)| index)
    }

    /// The moment alone, which every entry has in the same place.
    ///
    /// # Errors
    /// [`Malformed`] if there is none.
    pub fn moment_of(bytes: &[u8]) -> Result<Moment, Malformed> {
        let (wall, rest) = number(bytes.get(10..).ok_or(Malformed)?)?;
        let (monotonic, _) = number(rest)?;
        Ok(Moment { wall, monotonic })
    }
}

fn number(bytes: &[u8]) -> Result<(u64, &[u8]), Malformed> {
    let (number, rest) = bytes.split_first_chunk().ok_or(Malformed)?;
    Ok((u64::from_be_bytes(*number), rest))
}

fn fields(mut bytes: &[u8]) -> Result<Vec<Field<'_>>, Malformed> {
    let mut fields = Vec::new();
    while let Some((&[tag, high, low], rest)) = bytes.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([high, low]));
        let (value, rest) = rest.split_at_checked(length).ok_or(Malformed)?;
        fields.push(Field { tag, value });
        bytes = rest;
    }
    if bytes.is_empty() { Ok(fields) } else { Err(Malformed) }
}

fn command(fields: &[Field<'_>]) -> Result<Command, Malformed> {
    let mut command = Command::default();
    for field in fields {
        match field.tag {
            tag::CALLER => command.caller = field.text()?,
            tag::PEER => command.peer = field.text()?,
            tag::CODE => command.code = field.array()?,
            tag::OUTCOME => command.outcome = field.array()?,
            tag::LMK => command.lmk = field.array::<1>()?.first().copied(),
            tag::KEY => command.keys.push(field.text()?),
            tag::ZONE => command.zones.push(field.text()?),
            tag::ACCOUNT => command.account = Some(field.text()?),
            tag::FINGERPRINT => command.fingerprint = Some(field.array()?),
            _ => return Err(Malformed),
        }
    }
    Ok(command)
}

fn act(fields: &[Field<'_>]) -> Result<Act, Malformed> {
    let mut act = Act::default();
    for field in fields {
        match field.tag {
            tag::OUTCOME => act.outcome = field.text()?,
            tag::OFFICER => act.officers.push(field.text()?),
            tag::ACT => act.act = field.text()?,
            tag::ABOUT => act.about = field.text()?,
            tag::SAID => act.said = field.text()?,
            _ => return Err(Malformed),
        }
    }
    Ok(act)
}

fn event(fields: &[Field<'_>]) -> Result<Event, Malformed> {
    let mut event = Event::default();
    for field in fields {
        match field.tag {
            tag::EVENT => event.name = field.text()?,
            tag::DETAIL => event.detail = field.text()?,
            _ => return Err(Malformed),
        }
    }
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::Entry;
    use crate::record::{Act, Command, Event, Moment, Record};

    fn examples() -> Vec<Record> {
        vec![
            Record::Command(Command {
                peer: "127.0.0.1:40000".to_owned(),
                caller: "api".to_owned(),
                code: *b"CA",
                outcome: *b"00",
                lmk: Some(2),
                keys: vec!["label:tpk".to_owned(), "kcv:A1B2C3".to_owned()],
                zones: vec!["VIS".to_owned()],
                account: Some("********3936".to_owned()),
                fingerprint: Some([7; 16]),
            }),
            Record::Command(Command::default()),
            Record::Act(Act {
                officers: vec!["alice".to_owned(), "bob".to_owned()],
                act: "set-zone".to_owned(),
                about: "VIS".to_owned(),
                outcome: "done".to_owned(),
                said: "The zone VIS was made.".to_owned(),
            }),
            Record::Event(Event { name: "start".to_owned(), detail: "0.1.0".to_owned() }),
        ]
    }

    #[test]
    fn a_record_is_read_as_it_is_written() {
        for (index, record) in examples().into_iter().enumerate() {
            let index = index as u64;
            let moment = Moment { wall: 1_700_000_000_000_000 + index, monotonic: index };
            let mut bytes = Vec::new();
            record.put(index, moment, &mut bytes);
            assert_eq!(Entry::take(&bytes), Ok(Entry { index, moment, record }));
            assert_eq!(Entry::index_of(&bytes), Ok(index));
            assert_eq!(Entry::moment_of(&bytes), Ok(moment));
            for cut in 0..bytes.len() {
                let cut_off = Entry::take(&bytes[..cut]);
                // What ends between two fields is another entry; the tree says that it is not this one.
                assert!(cut_off.is_err() || cut_off != Entry::take(&bytes), "{cut}");
            }
            bytes.push(0);
            assert!(Entry::take(&bytes).is_err());
        }
    }

    #[test]
    fn one_record_has_one_encoding() {
        let record = Record::Event(Event { name: "a".to_owned(), detail: "b".to_owned() });
        let mut bytes = Vec::new();
        record.put(0, Moment::default(), &mut bytes);
        let (head, fields) = bytes.split_at(26);
        let (first, second) = fields.split_at(4);
        for other in [
            [head, second, first].concat(),
            [head, first, first, second].concat(),
            [head, first, &[15, 0, 0]].concat(),
            [head, first, &[99, 0, 1, 0]].concat(),
            [&[2], &head[1..], fields].concat(),
            [&[1, 4], &head[2..], fields].concat(),
        ] {
            assert!(Entry::take(&other).is_err(), "{other:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        let detail = "ü".repeat(2000);
        let record = Record::Event(Event { name: "a".to_owned(), detail });
        let mut bytes = Vec::new();
        record.put(0, Moment::default(), &mut bytes);
        let Record::Event(event) = Entry::take(&bytes).unwrap().record else { panic!() };
        assert!(event.detail.len() <= 1024 && event.detail.ends_with("ü…"), "{}", event.detail);
    }
}
