//! Mistakes in what an issuer says of cards.

use super::{GOOD, check, folder};

/// What an issuer adds.
const ISSUER: &str = "[[product]]
name = 'gold'
bins = ['411111', '41111177']
pin_tries = 3
pin_length = 4
excluded_pins = ['2580']
[product.dynamic_cvv2]
form = 'time'
step_seconds = 60
digits = 3
seconds = 120
[[token_domain]]
number = 998
scheme = 'alphanumeric'
keep_left = 6
key = 'pan-tokens'
callers = ['api']
tokens_per_card_ending = { most = 10, seconds = 3600 }
card_numbers_per_day = 500
[[token_domain]]
number = 1
scheme = 'vault'
callers = ['*']
seconds = 300
[cards]
postgres = 'host=db.bank.example dbname=payhsm user=payhsm'
password_file = 'server.key'
ca = 'ca.crt'
[cards.per_key]
failures_per_hour = 100
[development]
";

/// The same of what an issuer adds.
const REFUSED_OF_ISSUERS: &[(&str, &str, &[&str])] = &[
    ("[[product]]", "[product]", &["two brackets: [[caller]], [[product]]"]),
    ("'gold'", "'g d'", &["`g d` is no name of a product"]),
    ("'411111',", "'4111x1',", &["product `gold`: `4111x1` is no BIN: 1 to 12 digits"]),
    ("'411111',", "'41111177',", &["BIN `41111177` is there twice"]),
    ("bins = ['411111', '41111177']", "", &["product `gold` has no BIN"]),
    ("pin_tries = 3", "pin_tries = 99", &["product `gold` allows 99 wrong PINs", "1 to 98"]),
    ("pin_tries = 3", "pin_tries = 300", &["pin_tries = 300", "from 0 to 255"]),
    ("pin_tries", "pin_trys", &["did you mean `pin_tries`?"]),
    ("pin_length = 4", "pin_length = 13", &["PINs of 13 digits", "4 to 12"]),
    ("'2580'", "'258'", &["number 1 of its excluded PINs is none"]),
    ("'time'", "'clock'", &["`clock`", "`time`"]),
    (
        "step_seconds = 60",
        "",
        &["product `gold`: dynamic_cvv2: the form `time` needs step_seconds"],
    ),
    ("step_seconds = 60", "step_seconds = 0", &["step_seconds is 0"]),
    ("step_seconds = 60", "step_seconds = 59", &["a step has 59 seconds", "60 to 64800"]),
    ("'time'", "'counter'", &["step_seconds is for the form `time`"]),
    ("digits = 3", "digits = 5", &["dynamic_cvv2: digits is 3 or 4"]),
    ("seconds = 120", "seconds = 20", &["a code lives 20 seconds"]),
    ("digits = 3", "tries = 10", &["a code has 10 tries", "1 to 9"]),
    ("digits = 3", "uses = 0", &["a code has 0 uses", "1 to 99"]),
    ("digits = 3", "clock_skew_seconds = 3601", &["the clock may go back 3601 seconds"]),
    ("digits = 3", "deferred_uses = 3", &["deferred_uses and deferred_seconds go together"]),
    (
        "digits = 3",
        "uses = 2\ndeferred_uses = 3\ndeferred_seconds = 600",
        &["deferred_uses stands in place of uses"],
    ),
    ("digits = 3", "deferred_uses = 1\ndeferred_seconds = 600", &["1 uses", "2 to 99"]),
    ("digits = 3", "deferred_uses = 2\ndeferred_seconds = 5", &["have 5 seconds", "2678400"]),
    ("number = 998", "number = 1000", &["token_domain 1000: a number is 0 to 999"]),
    (
        "number = 1\n",
        "number = 998\n",
        &["token_domain 998: an entry before it has the same number"],
    ),
    ("'alphanumeric'", "'ff3'", &["`ff3`", "`vault`"]),
    ("keep_left = 6", "keep_left = 7", &["token_domain 998: keep_left is 7, and has to be 6 or 8"]),
    ("'alphanumeric'", "'numeric'", &["keep_left is for the scheme `alphanumeric`"]),
    ("key = 'pan-tokens'", "", &["token_domain 998: key is missing", "usage 92"]),
    ("'pan-tokens'", "'pan tokens'", &["key: `pan tokens` is no label of a key"]),
    ("key = 'pan-tokens'", "key = 'a'\nold_key = 'a'", &["old_key is the same as key"]),
    ("seconds = 300", "key = 'a'", &["token_domain 1: tokens of a vault are random"]),
    ("['api']", "['apy']", &["token_domain 998: callers: there is no [[caller]] named `apy`"]),
    ("['api']", "['plain']", &["there is no [[caller]] named `plain`"]),
    ("key = 'pan-tokens'", "key = 'a'\nseconds = 5", &["seconds is for the scheme `vault`"]),
    (
        "key = 'pan-tokens'",
        "key = 'a'\nsingle_use = true",
        &["single_use is for the scheme `vault`"],
    ),
    ("seconds = 300", "seconds = 0", &["token_domain 1: seconds is 0"]),
    (
        "seconds = 300",
        "single_use = true\none_per_card = true",
        &["one_per_card would have none after a single_use"],
    ),
    ("most = 10", "most = 0", &["tokens_per_card_ending has a 0"]),
    ("seconds = 3600", "seconds = 0", &["tokens_per_card_ending has a 0"]),
    ("per_day = 500", "per_day = 0", &["card_numbers_per_day is 0", "TC"]),
    ("'host=db", "'postgres://u:pw@db", &["cards.postgres is no url", "host=db.bank.example"]),
    ("user=payhsm", "user=payhsm password=pw", &["`password`; password_file names a file"]),
    ("user=payhsm", "user=payhsm options=-cx=1", &["cards.postgres has `options`"]),
    ("user=payhsm", "", &["does not say the user"]),
    ("host=db.bank.example ", "", &["does not say where"]),
    (
        "postgres = 'host=db.bank.example dbname=payhsm user=payhsm'",
        "",
        &["cards.password_file is for a database", "cards.ca is for a database"],
    ),
    ("'server.key'", "'none.key'", &["cards.password_file: ", "none.key", "No such file"]),
    ("ca = 'ca.crt'", "ca = 'none.crt'", &["cards.ca: ", "none.crt", "No such file"]),
    ("failures_per_hour = 100", "failures_per_hour = 0", &["cards.per_key.failures_per_hour is 0"]),
    ("failures_per_hour", "failure_per_hour", &["did you mean `failures_per_hour`?"]),
    (
        "[development]",
        "[development]\nkeys = 'ca.crt'",
        &["development.keys", "`issuer`", "officers"],
    ),
];

#[test]
fn each_mistake_of_an_issuer_is_told_too() {
    let folder = folder();
    let all = GOOD.replace("[log]", &format!("{ISSUER}[log]"));
    let (good, said) = check(&folder, &all);
    assert!(good && said.is_empty(), "{said}");
    for &(good, bad, words) in REFUSED_OF_ISSUERS {
        assert!(ISSUER.contains(good), "{good}");
        let (good, said) = check(&folder, &all.replace(ISSUER, &ISSUER.replacen(good, bad, 1)));
        assert!(!good, "{bad}: {said}");
        for words in words {
            assert!(said.contains(words), "{bad}: {words} is not in: {said}");
        }
        assert!(!said.contains("pw"), "a password is told: {said}");
    }
    // All at once.
    let many = all.replace("pin_length = 4", "pin_length = 13").replace("998", "1000");
    let (good, said) = check(&folder, &many.replace("_per_hour = 100", "_per_hour = 0"));
    assert!(!good && said.contains("3 mistakes"), "{said}");
    // What a developer may.
    let developer = GOOD.replace("'issuer'", "'development'");
    let (developer, _) = developer.split_once("[officers]").unwrap();
    let all = format!("{developer}{}", ISSUER.replace("['api']", "['plain']"));
    let keys = all.replace("[development]", "[development]\nkeys = 'ca.crt'");
    assert!(check(&folder, &keys).0);
    let officers = format!("{keys}[officers]\nsocket = 'officers.sock'\n");
    let (good, said) = check(&folder, &officers);
    assert!(!good && said.contains("development.keys: with officers.socket"), "{said}");
    let without = all.replace("state = 'state'", "");
    let (_, cards) = without.split_once("[cards]").unwrap();
    let without = without.replace(&format!("[cards]{cards}"), "");
    let (good, said) = check(&folder, &without);
    assert!(good && said.contains("neither state nor cards.postgres"), "{said}");
}
