//! Pieces of a page. Whatever comes from the log goes through [`escaped`].

use crate::verify::plain;

/// A text as it is, in a page.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push_str(&plain(other)),
        }
    }
    out
}

/// A number with thin spaces between thousands.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A table; cells are HTML already. Columns whose name ends in `#` are numbers.
pub(super) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let class = |at: usize| match head.get(at) {
        Some(name) if name.ends_with('#') => " class=\"n\"",
        Some(_) | None => "",
    };
    let mut out = String::from("<table><thead><tr>");
    for (at, name) in head.iter().enumerate() {
        out.push_str(&format!("<th{}>{}</th>", class(at), escaped(name.trim_end_matches('#'))));
    }
    out.push_str("</tr></thead><tbody>\n");
    for row in rows {
        out.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            out.push_str(&format!("<td{}>{cell}</td>", class(at)));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table>\n");
    out
}

/// How the page looks, on screens and on paper.
pub(super) const STYLE: &str = "
:root { color-scheme: light }
body { font: 15px/1.5 system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif; color: #1c2530; background: #fff;
  max-width: 1000px; margin: 2em auto; padding: 0 1.5em }
h1 { font-size: 1.7em; margin: 0 0 .1em } h2 { font-size: 1.2em; margin: 2.2em 0 .5em; border-bottom: 1px solid #cdd5de; padding-bottom: .2em }
p { margin: .5em 0 } .sub { color: #566270; margin-top: 0 }
code { font: .88em ui-monospace, 'DejaVu Sans Mono', Consolas, monospace; overflow-wrap: anywhere }
.verdict { border-left: 8px solid #1f7a4d; background: #eef7f1; padding: .9em 1.2em; margin: 1.2em 0 }
.verdict.bad { border-color: #b3261e; background: #fcefee } .verdict.open { border-color: #a86a00; background: #fdf5e6 }
.verdict strong { font-size: 1.25em; display: block } .verdict dl { margin: .7em 0 0; display: grid; grid-template-columns: 8.5em 1fr; gap: .15em 1em }
dt { color: #566270 } dd { margin: 0 } .verdict ol { margin: .6em 0 0; padding-left: 1.4em }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: .7em; margin: 1em 0 }
.card { border: 1px solid #cdd5de; border-radius: 4px; padding: .5em .8em } .card b { font-size: 1.5em; display: block; line-height: 1.2 }
.card.warn { border-color: #b3261e; background: #fcefee } .card span { color: #566270; font-size: .9em }
table { border-collapse: collapse; width: 100%; margin: .6em 0; font-size: .92em }
th { text-align: left; border-bottom: 2px solid #8795a5; padding: .25em .6em .25em 0; white-space: nowrap }
td { border-bottom: 1px solid #e2e7ed; padding: .22em .6em .22em 0; vertical-align: top; overflow-wrap: anywhere }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap } td time { white-space: nowrap }
th.n + th:not(.n), td.n + td:not(.n) { padding-left: 1.4em }
figure { margin: 1em 0 } figcaption { color: #566270; font-size: .92em; margin-bottom: .3em }
svg { width: 100%; height: auto; display: block } svg text { font: 12px system-ui, Arial, sans-serif; fill: #566270 }
.legend { display: flex; flex-wrap: wrap; gap: .2em 1.2em; font-size: .9em; margin: .3em 0 }
.legend i { display: inline-block; width: .9em; height: .9em; margin-right: .4em; vertical-align: -1px }
@media print { body { margin: 0; max-width: none; font-size: 11px } .verdict, .card, i, rect { print-color-adjust: exact; -webkit-print-color-adjust: exact }
  h2 { break-after: avoid } tr, figure, .verdict, .card { break-inside: avoid } thead { display: table-header-group } }
";

#[cfg(test)]
mod tests {
    use super::{escaped, number};

    #[test]
    fn nothing_of_the_log_is_markup() {
        let text = "<script>alert('x')</script>\" & \u{202e}\u{1b}";
        let right = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; &amp; \\u{202e}\\u{1b}";
        assert_eq!(escaped(text), right);
        assert_eq!(
            (number(7), number(1_234_567)),
            ("7".to_owned(), "1\u{202f}234\u{202f}567".to_owned())
        );
    }
}
