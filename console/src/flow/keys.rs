//! Working keys: made, imported, formed, exported, listed, disabled, destroyed.

use super::key_form::{self, Purpose};
use super::{components, label, needs_two};
use crate::component::Shape;
use crate::prompt::{Question, choose, pages, pick_of};
use crate::session::{Session, unexpected};
use crate::terminal::Tone;
use crate::{Leave, words};
use payhsm_protocol::field::CheckValue;
use payhsm_protocol::officer::{Act, Answer, Forming, KeyLine, NewKey};

const HELP: &str = "Working keys lie in the sealed store under a label. Check values are no secret; they are what is compared \
    with a partner.";

/// The menu of keys.
///
/// # Errors
/// [`Leave`].
pub fn run(session: &mut Session<'_>) -> Result<(), Leave> {
    let choices = [
        "List",
        "Make one inside",
        "Form one from components",
        "Import one (X9.143 block under a ZMK)",
        "Export one (X9.143 block under a ZMK)",
        "Disable or enable one",
        "Destroy one",
    ]
    .map(str::to_owned);
    let chosen = choose(session.terminal, "Keys", &choices, HELP)?;
    if chosen > 0 {
        needs_two(session)?;
    }
    match chosen {
        0 => show(session),
        1 => make(session, How::Inside, None, None).map(drop),
        2 => make(session, How::Components, None, None).map(drop),
        3 => make(session, How::Import, None, None).map(drop),
        4 => export(session),
        5 => enable(session),
        _ => destroy(session),
    }
}

/// Where a key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Made by the appliance.
    Inside,
    /// Of components.
    Components,
    /// In a block under a ZMK.
    Import,
}

/// Makes a key; gives its label.
///
/// # Errors
/// [`Leave`].
pub fn make(
    session: &mut Session<'_>,
    how: How,
    purpose: Option<Purpose>,
    suggested: Option<&str>,
) -> Result<String, Leave> {
    let key = key_form::ask(session, purpose, suggested)?;
    let label = key.label.clone();
    match how {
        How::Inside => {
            let answer = session.ask(&Act::GenerateKey(key.clone()))?;
            made(session, &key, "made inside", answer)?;
        }
        How::Components => {
            let shape = key.attributes.algorithm.and_then(Shape::of).ok_or(Leave::Back)?;
            let count = components::ask_count(session, 2)?;
            let forming = Forming::Key { key: key.clone(), components: count };
            let answer = components::form(session, &forming, shape, count)?;
            made(session, &key, "formed of components", answer)?;
        }
        How::Import => {
            let zmk = ask_label(session, "Label of the ZMK that it comes under")?;
            import(session, key, zmk)?;
        }
    }
    Ok(label)
}

fn import(session: &mut Session<'_>, key: NewKey, zmk: String) -> Result<(), Leave> {
    let help = "The key block as the partner sent it: it begins with B or D and goes on in letters and digits, without spaces. \
        It may be pasted, on one line.";
    let block = Question::new("Key block", help).ask(session.terminal, |typed| {
        let block: String = typed.split_whitespace().collect();
        let looks = block.len() >= 16 && block.bytes().all(|byte| (b' '..0x7f).contains(&byte));
        if looks { Ok(block) } else { Err("That is too short for a key block.".to_owned()) }
    })?;
    let answer = session.ask(&Act::ImportKey { key: key.clone(), zmk: zmk.clone(), block })?;
    made(session, &key, &format!("imported under {zmk}"), answer)
}

/// Tells that a key is there, with its check value.
///
/// # Errors
/// [`Leave`].
pub fn made(
    session: &mut Session<'_>,
    key: &NewKey,
    how: &str,
    answer: Answer,
) -> Result<(), Leave> {
    let what = format!("Key {} was {how} ({})", key.label, words::attributes(&key.attributes));
    if let Answer::Progress { check_value: Some(value), .. } = &answer {
        return told(session, &what, &key.label, value);
    }
    let Answer::Done { generation, .. } = answer else {
        return Err(unexpected());
    };
    // The check value stands in the list, which officers can see anyway.
    let value = lines(session)?.into_iter().find(|line| line.label == key.label);
    match value {
        Some(line) => told(session, &what, &key.label, &line.check_value)?,
        None => session.done(&what, &[]),
    }
    session.saw(generation);
    Ok(())
}

fn told(
    session: &mut Session<'_>,
    what: &str,
    label: &str,
    value: &CheckValue,
) -> Result<(), Leave> {
    session.done(what, &[(label, value)]);
    session.terminal.show(Tone::Title, &format!("Check value {}", words::check_value(value)));
    session.refresh()?;
    session.saw(session.status.generation);
    Ok(())
}

/// The keys.
///
/// # Errors
/// [`Leave`].
pub fn lines(session: &mut Session<'_>) -> Result<Vec<KeyLine>, Leave> {
    session.list(
        |after| Act::ListKeys { after },
        |answer| {
            if let Answer::Keys { lines, more } = answer { Some((lines, more)) } else { None }
        },
        |line: &KeyLine| &line.label,
    )
}

fn show(session: &mut Session<'_>) -> Result<(), Leave> {
    let lines = lines(session)?;
    if lines.is_empty() {
        session.terminal.say("There are no keys yet.");
    }
    let lines: Vec<_> = lines.iter().map(words::key).collect();
    pages(session.terminal, &lines)
}

fn pick(session: &mut Session<'_>, title: &str) -> Result<KeyLine, Leave> {
    let lines = lines(session)?;
    if lines.is_empty() {
        return Err(Leave::Refused("There are no keys yet.".to_owned()));
    }
    pick_of(session.terminal, title, HELP, lines, |line| &line.label, words::key)
}

/// Asks for the label of a key that is there.
///
/// # Errors
/// [`Leave`].
pub fn ask_label(session: &mut Session<'_>, text: &str) -> Result<String, Leave> {
    Question::new(text, "The label of a key of this appliance, as in the list.")
        .ask(session.terminal, label)
}

fn export(session: &mut Session<'_>) -> Result<(), Leave> {
    let label = pick(session, "Which key?")?.label;
    let zmk = ask_label(session, "Label of the ZMK that it leaves under")?;
    let act = Act::ExportKey { label: label.clone(), zmk: zmk.clone() };
    let Answer::Block { block, check_value } = session.ask(&act)? else {
        return Err(unexpected());
    };
    session.terminal.show(Tone::Title, "The key block, for the partner:");
    for part in block.as_bytes().chunks(crate::terminal::WIDTH) {
        session.terminal.say(&String::from_utf8_lossy(part));
    }
    session.done(&format!("Key {label} was exported under {zmk}"), &[(&label, &check_value)]);
    Ok(())
}

fn enable(session: &mut Session<'_>) -> Result<(), Leave> {
    let line = pick(session, "Which key?")?;
    let verb = if line.enabled { "Disable" } else { "Enable" };
    super::confirm(
        session,
        &format!("{verb} {}?", line.label),
        "A disabled key stays in the store, and every command refuses it.",
    )?;
    session.perform(&Act::EnableKey { label: line.label, enabled: !line.enabled })
}

fn destroy(session: &mut Session<'_>) -> Result<(), Leave> {
    let label = pick(session, "Which key?")?.label;
    session
        .terminal
        .show(Tone::Bad, "A destroyed key is gone, unless a backup or a partner has it.");
    let typed =
        Question::new(&format!("To destroy it, type {label}"), "The label of the key, to be sure.")
            .text(session.terminal)?;
    if typed != label {
        return Err(Leave::Refused("That is another label; nothing was destroyed.".to_owned()));
    }
    session.perform(&Act::DestroyKey { label })
}
