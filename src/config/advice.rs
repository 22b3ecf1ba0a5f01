//! What to write instead, where a file is no TOML or a key is of the wrong kind.

/// What the reader of TOML says, and what to do. The first that fits counts.
const ADVICE: [(&str, &str); 12] = [
    (
        "socket address",
        "write an IP address and a port, in quotes: \"0.0.0.0:2500\"; names of machines are not looked up",
    ),
    ("missing field `profile`", "profile is development, issuer or acquirer"),
    ("missing field `listen`", "the section [listen] says where to listen: tls = \"0.0.0.0:2500\""),
    ("missing field", "a section that is there has this key; man payhsm.toml says what it means"),
    (
        "map, expected a sequence",
        "callers, products and token domains are written with two brackets: [[caller]], [[product]], [[token_domain]]",
    ),
    ("expected a sequence", "a list is written [\"CA\", \"NC\"], even if it has one entry"),
    ("expected a boolean", "write true or false, without quotes"),
    ("expected u8", "write a whole number from 0 to 255, without quotes"),
    ("expected u", "write a whole number, not negative, without quotes or unit"),
    ("expected a string", "write it in quotes"),
    ("wanted string or table", "write it in quotes"),
    (
        "duplicate key",
        "once is enough; only [[caller]], [[product]] and [[token_domain]] may come again",
    ),
];

/// What to do about it, if that is known.
pub(super) fn on(said: &str) -> Option<String> {
    if let Some((_, rest)) = said.split_once("unknown field `") {
        let mut names = rest.split('`').step_by(2);
        let wrong = names.next()?.to_owned();
        let known = rest.split('`').skip(2).step_by(2);
        let near = known.filter(|name| differ_little(&wrong, name)).collect::<Vec<_>>();
        return near.first().map(|name| format!("did you mean `{name}`?"));
    }
    let advice = ADVICE.iter().find(|(words, _)| said.contains(words));
    advice.map(|(_, advice)| (*advice).to_owned())
}

/// Whether one is the other with a letter or two wrong, missing or too many.
fn differ_little(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
    // Levenshtein's distance, row by row.
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in (1..).zip(one.bytes()) {
        let mut next = vec![line];
        for ((&[diagonal, above], before), other) in row.array_windows().zip(0..).zip(other.bytes())
        {
            let left = next.get(before).copied().unwrap_or(line);
            let changed = diagonal + usize::from(letter != other);
            next.push(changed.min(above + 1).min(left + 1));
        }
        row = next;
    }
    let least = if one.len().min(other.len()) < 5 { 1 } else { 2 };
    row.last().is_some_and(|distance| *distance <= least)
}

#[cfg(test)]
mod tests {
    use super::differ_little;

    #[test]
    fn what_is_nearly_the_same_is_told() {
        for (one, other) in
            [("stat", "state"), ("officer", "officers"), ("prifile", "profile"), ("TLS", "tls")]
        {
            assert!(differ_little(one, other) && differ_little(other, one), "{one}");
        }
        for (one, other) in [("colour", "caller"), ("tls", "log"), ("", "tls"), ("a", "host")] {
            assert!(!differ_little(one, other), "{one}");
        }
    }
}
