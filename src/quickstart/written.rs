//! The parts of a quickstart's `payhsm.toml`.

use super::certificates::CLIENT_NAME;

/// What holds for every developer's appliance.
pub(super) fn configuration(base: u16) -> String {
    let plain = base;
    let tls = base + 1000;
    format!(
        r#"# A development appliance. Its LMKs are public test keys: never use it for anything real.
profile = "development"
state = "store"    # what the appliance keeps; one daemon at a time

[audit]
folder = "audit"    # the record of every command; audit.pub beside it is the key to check it with

[listen]
tls = "127.0.0.1:{tls}"    # client certificate required; ALPN "payhsm/1" selects the compact dialect
plain = "127.0.0.1:{plain}"  # host dialect; exists in this profile alone

[tls]
certificate = "server.crt"
private_key = "server.key"
client_ca = "ca.crt"

# What published transcripts and old clients need. A production appliance leaves all of it out.
[legacy]
legacy_lmk = true
key_schemes = true
single_des = true
shared_002 = true
plain_decimalisation_tables = true
"#
    )
}

/// What an issuer has: docs/issuing.md. The keys are made with the folder.
pub(super) const ISSUER: &str = r#"# Keys under labels, and a zone: what officers store on a real appliance.
[development]
keys = "keys.toml"

[[product]]
name = "credit"
bins = ["411111"]
pin_tries = 3    # wrong PINs until the card is blocked
[product.dynamic_cvv2]
seconds = 300
auto_enable = true    # the first dynamic CVV2 of a card switches its static one off

[[product]]
name = "debit"
bins = ["555555"]
[product.dynamic_cvv2]
auto_enable = true
fallback = true    # the static one stays good beside them

# Tokens of random digits and letters: the card number is in the store.
[[token_domain]]
number = 1
scheme = "vault"
callers = ["*"]

# Tokens with letters in the middle, which can be turned back with the key alone.
[[token_domain]]
number = 998
scheme = "alphanumeric"
key = "pan-tokens"
callers = ["*"]
"#;

/// The entry of the client whose certificate lies in the folder.
pub(super) fn caller() -> String {
    format!(
        r#"# Who may call over TLS. What is not given to a caller it does not have.
[[caller]]
name = "api-tier"
name_in_certificate = "{CLIENT_NAME}"    # that of client.crt
commands = ["*"]    # all that the profile has
labels = ["*"]
zones = ["*"]
"#
    )
}
