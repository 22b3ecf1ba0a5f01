//! Zones: a partner, the keys shared with it, and who may use them. A new one is led through from its ZMK on.

use super::keys::{self, How};
use super::{key_form, needs_two};
use crate::prompt::{Question, choose, pages, pick_of};
use crate::session::Session;
use crate::terminal::Tone;
use crate::{Leave, words};
use payhsm_protocol::officer::{Act, Answer, Zone};

const HELP: &str = "A zone is a partner, such as a scheme or a processor. First comes the ZMK, on sheets; under it come the \
    keys for PIN blocks (ZPK) and data (ZEK).";

const PROFILES: &str = "How a value such as a CVV2 leaves for the zone. E6 is what most partners take, E7 is bound to the card number; /cbc \
    or /iv behind it chains the blocks. E1 to E5 take +legacy behind them: three digits have a thousand ciphertexts there, and \
    whoever has that many cards reads every other value. GCM wants an AES key of 32 bytes as ZEK. JWE:name:key is for a public \
    key, in base64url. The page on zones (docs/console.md) shows all of them.";

/// The menu of zones.
///
/// # Errors
/// [`Leave`].
pub fn run(session: &mut Session<'_>) -> Result<(), Leave> {
    let choices = ["List", "Make or change one", "Remove one"].map(str::to_owned);
    match choose(session.terminal, "Zones", &choices, HELP)? {
        0 => show(session),
        1 => make(session),
        _ => remove(session),
    }
}

/// The zones.
///
/// # Errors
/// [`Leave`].
pub fn zones(session: &mut Session<'_>) -> Result<Vec<Zone>, Leave> {
    session.list(
        |after| Act::ListZones { after },
        |answer| {
            if let Answer::Zones { lines, more } = answer { Some((lines, more)) } else { None }
        },
        |zone: &Zone| &zone.name,
    )
}

fn show(session: &mut Session<'_>) -> Result<(), Leave> {
    let zones = zones(session)?;
    if zones.is_empty() {
        session.terminal.say("There are no zones yet.");
    }
    let lines: Vec<_> = zones.iter().map(words::zone).collect();
    pages(session.terminal, &lines)
}

fn make(session: &mut Session<'_>) -> Result<(), Leave> {
    needs_two(session)?;
    session.record.set_title("keys of a zone");
    let name = Question::new("Name of the zone", "1 to 3 letters or digits, such as VIS.").ask(
        session.terminal,
        |name| match name.len() {
            1..=3 if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                Ok(name.to_ascii_uppercase())
            }
            _ => Err("A zone has 1 to 3 letters or digits.".to_owned()),
        },
    )?;
    let lower = name.to_ascii_lowercase();
    let zmk = key(session, "ZMK", key_form::ZMK, &format!("{lower}-zmk"))?;
    let zpk = key(session, "ZPK", key_form::ZPK, &format!("{lower}-zpk"))?;
    let zek = key(session, "ZEK", key_form::ZEK, &format!("{lower}-zek"))?;
    let export_profile = Question::new("Export profile", PROFILES)
        .or("E6")
        .ask(session.terminal, |typed| profile(typed.trim()))?;
    let help = "The programs that may name this zone: their names in payhsm.toml ([[caller]] name), with spaces between. \
        Without any, none may.";
    let callers =
        Question::new("Callers that may use it", help).or("none").text(session.terminal)?;
    let callers: Vec<_> = match callers.as_str() {
        "none" => Vec::new(),
        names => names.split_whitespace().map(str::to_owned).collect(),
    };
    let zone = Zone { name, zmk, zpk, zek, export_profile, callers };
    session.terminal.show(Tone::Title, &words::zone(&zone));
    super::confirm(session, "Keep the zone so?", "It replaces a zone of the same name.")?;
    session.perform(&Act::SetZone(zone))?;
    session.end_record(None);
    Ok(())
}

/// An export profile as it is kept. What a layout or a key is, the appliance knows, and says.
fn profile(typed: &str) -> Result<String, String> {
    if typed.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("JWE:")) {
        return Ok(format!("JWE:{}", typed.get(4..).unwrap_or_default()));
    }
    if typed.eq_ignore_ascii_case("GCM") {
        return Ok("GCM".to_owned());
    }
    let typed = typed.to_ascii_lowercase();
    let end = typed.find(['/', '+']).unwrap_or(typed.len());
    let (layout, rest) = typed.split_at_checked(end).unwrap_or((&typed, ""));
    match layout.strip_prefix('e').and_then(|number| number.parse::<u8>().ok()) {
        Some(number @ 1..=5) if !rest.ends_with("+legacy") => Err(format!(
            "E{number} is a code book: a value of three digits has a thousand ciphertexts. Where the partner takes nothing else, \
             type E{number}{rest}+legacy."
        )),
        Some(number @ 1..=7) => Ok(format!("E{number}{rest}")),
        _ => Err("Type E6, E7, E1+legacy to E5+legacy, GCM, or JWE:name:key.".to_owned()),
    }
}

/// One key of the zone: made now, or there already, or none.
fn key(
    session: &mut Session<'_>,
    name: &str,
    purpose: key_form::Purpose,
    suggested: &str,
) -> Result<Option<String>, Leave> {
    let from_zmk = name != "ZMK";
    let mut choices = vec![("From components", Some(How::Components))];
    if from_zmk {
        choices.push(("Import it under the ZMK", Some(How::Import)));
    }
    choices.push(("Make it inside", Some(How::Inside)));
    let names: Vec<_> = choices
        .iter()
        .map(|(text, _)| (*text).to_owned())
        .chain(["It is in the store already".to_owned(), "This zone has none".to_owned()])
        .collect();
    loop {
        let chosen = choose(session.terminal, &format!("The {name} of the zone"), &names, HELP)?;
        let made = match choices.get(chosen) {
            Some((_, Some(how))) => {
                keys::make(session, *how, Some(purpose), Some(suggested)).map(Some)
            }
            _ if chosen == choices.len() => {
                keys::ask_label(session, &format!("Label of the {name}")).map(Some)
            }
            _ => Ok(None),
        };
        match made {
            // The zone is not lost for one key that went wrong.
            Err(Leave::Refused(why)) => session.terminal.show(Tone::Bad, &why),
            Err(Leave::Back) => {}
            other => return other,
        }
    }
}

fn remove(session: &mut Session<'_>) -> Result<(), Leave> {
    needs_two(session)?;
    let zones = zones(session)?;
    if zones.is_empty() {
        return Err(Leave::Refused("There are no zones yet.".to_owned()));
    }
    let help = "Its keys stay in the store.";
    let zone =
        pick_of(session.terminal, "Which zone?", help, zones, |zone| &zone.name, words::zone)?;
    let name = zone.name;
    super::confirm(session, &format!("Remove {name}?"), "Its keys stay in the store.")?;
    session.perform(&Act::RemoveZone { name })
}

#[cfg(test)]
mod tests {
    use super::profile;

    #[test]
    fn a_profile_is_kept_as_the_appliance_writes_it() {
        for (typed, kept) in [
            ("e6", "E6"),
            ("E7/CBC", "E7/cbc"),
            ("e1/iv+Legacy", "E1/iv+legacy"),
            ("gcm", "GCM"),
            ("jwe:2026-01:MIIBIjAN-_", "JWE:2026-01:MIIBIjAN-_"),
        ] {
            assert_eq!(profile(typed), Ok(kept.to_owned()));
        }
        for typed in ["", "E", "E0", "E8", "6", "E1", "e5/cbc", "AES"] {
            assert!(profile(typed).is_err(), "{typed}");
        }
        assert!(profile("E1").unwrap_err().contains("a thousand ciphertexts"));
    }
}
