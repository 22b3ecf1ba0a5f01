//! The page, from top to bottom.

use super::chart::{Of, chart};
use super::html::{STYLE, escaped, number, table};
use super::totals::{LISTED, List, Totals};
use crate::record::{Entry, Record};
use crate::verify::{Verdict, rfc_3339};

/// How many kinds of refusals are listed, the most frequent first.
const KINDS: usize = 25;

pub(super) fn page(verdict: &Verdict, totals: &Totals, unread: u64, key: &str) -> String {
    let title = format!("Audit report: {}", escaped(&verdict.origin));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n"
    );
    let period = match (verdict.first_us, verdict.last_us) {
        (Some(first), Some(last)) => format!("Records from {} to {}", second(first), second(last)),
        _ => "No records".to_owned(),
    };
    page.push_str(&format!(
        "<p class=\"sub\">{period}, all times UTC. Made by payhsm-audit {}.</p>\n",
        env!("CARGO_PKG_VERSION")
    ));
    page.push_str(&verdict_box(verdict, key));
    if unread > 0 {
        page.push_str(&format!(
            "<p><b>{} records could not be read</b> and are not in what follows.</p>\n",
            number(unread)
        ));
    }
    page.push_str(&cards(verdict, totals));
    if !totals.by_command.is_empty() {
        page.push_str("<h2>Commands</h2>\n");
        page.push_str(&chart(Of::Commands, totals.columns, &totals.by_command));
        page.push_str(&chart(Of::Results, totals.columns, &totals.by_result));
        page.push_str(&commands(totals));
        page.push_str(&callers(totals));
    }
    page.push_str(&refusals(totals));
    page.push_str(&acts(&totals.acts));
    page.push_str(&events(totals));
    page.push_str(
        "<h2>What a log cannot say</h2>\n<p>Nothing is known of records after the checkpoint, and nothing of a log that \
         was kept beside this one: only checkpoints that others hold, or witnesses, rule that out. The log says what the daemon \
         did, with the clock of its machine; whoever ruled the daemon and its key ruled what was written.</p>\n</body></html>\n",
    );
    page
}

fn verdict_box(verdict: &Verdict, key: &str) -> String {
    let (class, word) = match verdict.code() {
        0 => ("", "Verified"),
        1 => (" bad", "NOT verified: the log is not what was signed"),
        _ => (" open", "Not verified: not everything could be checked"),
    };
    let bad = verdict.faults.iter().find_map(|fault| fault.record);
    let summary = match (verdict.code(), bad) {
        (0, _) => verdict.said.clone(),
        (_, Some(record)) => format!("The first bad record is {record}"),
        (_, None) => "What is wrong stands below".to_owned(),
    };
    let mut out = format!(
        "<section class=\"verdict{class}\"><strong>{word}</strong>\n<p>{}.</p>\n<dl>",
        escaped(&summary)
    );
    let mut line =
        |name: &str, value: String| out.push_str(&format!("<dt>{name}</dt><dd>{value}</dd>\n"));
    line(
        "Checkpoint",
        format!("{} records, root <code>{}</code>", number(verdict.size), escaped(&verdict.root)),
    );
    match &verdict.signed_by {
        Some(by) => line("Signed by", format!("<code>{}</code>", escaped(by))),
        None => line("Signed by", "<b>not by a key of the log</b>".to_owned()),
    }
    line("Key given", format!("<code>{}</code>", escaped(key)));
    for change in &verdict.key_changes {
        line(
            "Key changed",
            format!(
                "at record {}, to <code>{}</code>",
                number(change.record),
                escaped(&change.after)
            ),
        );
    }
    for held in &verdict.checkpoints {
        let fits = if held.fits {
            "the log begins with it"
        } else {
            "<b>the log does not begin with it</b>"
        };
        line(
            "Held to",
            format!("<code>{}</code>, {} records: {fits}", escaped(&held.name), number(held.size)),
        );
    }
    for witness in &verdict.witnesses {
        line(
            "Witness",
            format!(
                "<code>{}</code> saw {} records at {}",
                escaped(&witness.key),
                number(witness.size),
                escaped(&witness.time)
            ),
        );
    }
    if verdict.checkpoints.is_empty() && verdict.witnesses.is_empty() {
        line("Held to", "no checkpoint from elsewhere and no witness: a log that was cut off or replaced as a whole would look the same".to_owned());
    }
    out.push_str("</dl>\n");
    if !verdict.faults.is_empty() || !verdict.unusable.is_empty() {
        out.push_str("<ol>");
        let faults = verdict.faults.iter().map(ToString::to_string);
        for what in faults.chain(verdict.unusable.iter().cloned()) {
            out.push_str(&format!("<li>{}</li>\n", escaped(&what)));
        }
        out.push_str("</ol>\n");
        if verdict.more_faults > 0 {
            out.push_str(&format!("<p>And {} more.</p>\n", verdict.more_faults));
        }
    }
    out.push_str("</section>\n");
    out
}

fn cards(verdict: &Verdict, totals: &Totals) -> String {
    let cards = [
        (verdict.size, "records", false),
        (totals.commands(), "commands", false),
        (totals.refusals.count, "refused", false),
        (totals.acts.count, "acts of officers", false),
        (totals.starts, "starts", false),
        (totals.stops, "stops", totals.starts > totals.stops + 1),
        (totals.gaps, "gaps in the log", totals.gaps > 0),
        (totals.steps, "clock steps", totals.steps > 0),
        (totals.relaxed, "times relaxed durability", totals.relaxed > 0),
    ];
    let card = |(count, name, warn): (u64, &str, bool)| {
        let class = if warn { " warn" } else { "" };
        format!("<div class=\"card{class}\"><b>{}</b><span>{name}</span></div>", number(count))
    };
    format!("<div class=\"cards\">{}</div>\n", cards.map(card).concat())
}

fn commands(totals: &Totals) -> String {
    let rows = totals.table.iter().map(|(code, results)| {
        let all: u64 = results.values().sum();
        let done = results.get("00").copied().unwrap_or_default();
        let others = results.iter().filter(|(result, _)| *result != "00");
        let others: Vec<_> = others
            .map(|(result, count)| format!("{}: {}", escaped(result), number(*count)))
            .collect();
        vec![
            format!("<code>{}</code>", escaped(code)),
            number(all),
            number(done),
            number(all - done),
            others.join(", "),
        ]
    });
    table(&["Command", "All #", "Done #", "Refused #", "Refused with"], rows)
}

fn callers(totals: &Totals) -> String {
    let rows = totals.callers.iter().map(|(name, (all, refused))| {
        let part = if *all == 0 { 0 } else { 1000 * refused / all };
        vec![
            escaped(name),
            number(*all),
            number(*refused),
            format!("{}.{} %", part / 10, part % 10),
        ]
    });
    format!("<h2>Callers</h2>\n{}", table(&["Caller", "Commands #", "Refused #", "Part #"], rows))
}

fn refusals(totals: &Totals) -> String {
    if totals.refused.is_empty() {
        return "<h2>Refusals</h2>\n<p>No command was refused.</p>\n".to_owned();
    }
    let mut by_count: Vec<_> = totals.refused.iter().collect();
    by_count.sort_by_key(|(_, count)| u64::MAX - **count);
    let (kinds, shown) = (by_count.len(), by_count.len().min(KINDS));
    let rows = by_count.into_iter().take(shown).map(|((result, code, caller), count)| {
        vec![
            escaped(result),
            format!("<code>{}</code>", escaped(code)),
            escaped(caller),
            number(*count),
        ]
    });
    let counts = table(&["Result", "Command", "Caller", "Refused #"], rows);
    let last = totals.refusals.last.iter().rev().take(50).filter_map(|entry| {
        let Record::Command(command) = &entry.record else { return None };
        let about = command
            .keys
            .iter()
            .chain(&command.account)
            .map(|text| escaped(text))
            .collect::<Vec<_>>()
            .join(" ");
        let code = escaped(&command.code.escape_ascii().to_string());
        let result = escaped(&command.outcome.escape_ascii().to_string());
        Some(vec![
            number(entry.index),
            time(entry),
            format!("<code>{code}</code>"),
            result,
            escaped(&command.caller),
            about,
        ])
    });
    let last =
        table(&["Record #", "Time", "Command", "Result", "Caller", "Keys and account"], last);
    let left_out = if kinds > shown {
        format!("<p>The {shown} most frequent of {kinds} kinds.</p>\n")
    } else {
        String::new()
    };
    format!(
        "<h2>Refusals</h2>\n{left_out}{counts}<h3>The last {}</h3>\n{last}",
        totals.refusals.count.min(50)
    )
}

fn acts(acts: &List) -> String {
    let rows = acts.last.iter().filter_map(|entry| {
        let Record::Act(act) = &entry.record else { return None };
        let officers = escaped(&act.officers.join(", "));
        let what = format!("{} {}", escaped(&act.act), escaped(&act.about));
        Some(vec![
            number(entry.index),
            time(entry),
            officers,
            what,
            escaped(&act.outcome),
            escaped(&act.said),
        ])
    });
    let rows =
        table(&["Record #", "Time", "Officers", "Act", "Outcome", "What they were told"], rows);
    format!(
        "<h2>Acts of officers</h2>\n{}{}",
        listed(acts),
        if acts.count == 0 { String::new() } else { rows }
    )
}

fn events(totals: &Totals) -> String {
    let events = &totals.events;
    let rows = events.last.iter().filter_map(|entry| {
        let Record::Event(event) = &entry.record else { return None };
        Some(vec![number(entry.index), time(entry), escaped(&event.name), escaped(&event.detail)])
    });
    let rows = table(&["Record #", "Time", "Event", "Detail"], rows);
    format!(
        "<h2>Events</h2>\n{}{}",
        listed(events),
        if events.count == 0 { String::new() } else { rows }
    )
}

fn listed(list: &List) -> String {
    match list.count {
        0 => "<p>None.</p>\n".to_owned(),
        count if usize::try_from(count).is_ok_and(|count| count <= LISTED) => String::new(),
        count => format!(
            "<p>The last {LISTED} of {}; <code>payhsm-audit search</code> shows all.</p>\n",
            number(count)
        ),
    }
}

fn time(entry: &Entry) -> String {
    format!("<time>{}</time>", second(entry.moment.wall))
}

/// Without the parts of a second.
fn second(micros: u64) -> String {
    let time = rfc_3339(micros);
    let time = time.split_once('.').map_or(time.as_str(), |(time, _)| time);
    escaped(&time.replace('T', " "))
}
