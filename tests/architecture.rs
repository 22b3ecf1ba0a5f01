//! The house rules of ARCHITECTURE.md that no compiler checks.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "architecture/comparisons.rs"]
mod comparisons;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every crate of ours: its folder, and which others of ours it may link.
const CRATES: [(&str, &[&str]); 16] = [
    // For tests alone: in no list of what may be linked.
    ("taint", &[]),
    ("protocol", &[]),
    ("tdes", &[]),
    ("fibers", &["payhsm-tdes"]),
    ("crypto", &["payhsm-fibers", "payhsm-tdes"]),
    ("arena", &[]),
    ("keys", &["payhsm-arena", "payhsm-crypto", "payhsm-protocol"]),
    ("audit", &[]),
    ("cage", &[]),
    ("issuing", &[]),
    ("state", &[]),
    ("officer", &["payhsm-protocol"]),
    ("console", &["payhsm-officer", "payhsm-protocol"]),
    ("client", &["payhsm-protocol"]),
    ("load", &["payhsm-client", "payhsm-protocol"]),
    (
        ".",
        &[
            "payhsm-arena",
            "payhsm-audit",
            "payhsm-cage",
            "payhsm-client",
            "payhsm-crypto",
            "payhsm-fibers",
            "payhsm-issuing",
            "payhsm-keys",
            "payhsm-officer",
            "payhsm-protocol",
            "payhsm-state",
        ],
    ),
];

/// The crates that may say `unsafe`.
const UNSAFE: [&str; 4] = ["tdes", "fibers", "arena", "taint"];

fn manifest(folder: &str) -> toml::Table {
    let path = root().join(folder).join("Cargo.toml");
    read(&path).parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn dependencies(manifest: &toml::Table, section: &str) -> BTreeSet<String> {
    let table = manifest.get(section).and_then(toml::Value::as_table);
    table.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

fn source_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(source_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The sources that ship: `src` of every crate.
fn production_files() -> Vec<PathBuf> {
    CRATES.iter().flat_map(|(folder, _)| source_files(&root().join(folder).join("src"))).collect()
}

/// The name of a file as ARCHITECTURE.md would write it.
fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string().replace("./", "")
}

/// The lines of a source, without comments.
fn code(path: &Path) -> String {
    let text = read(path);
    let lines = text.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    lines.collect::<Vec<_>>().join("\n")
}

fn part_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn is_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let (before, rest) = text.split_at(at);
        let after = rest.strip_prefix(word).unwrap();
        !before.ends_with(part_of_word) && !after.starts_with(part_of_word)
    })
}

/// Every item that derives something: what it derives, what stands before its body, and the body.
fn deriving(text: &str) -> Vec<(&str, &str, &str)> {
    let items = text.split("#[derive(").skip(1).map(|rest| rest.split_once(")]").unwrap());
    items
        .map(|(derives, item)| {
            let (head, rest) = item.split_at(item.find(['{', ';']).unwrap_or(item.len()));
            let mut depth = 0;
            let end = rest.find(|character| {
                depth += match character {
                    '{' => 1,
                    '}' => -1,
                    _ => 0,
                };
                depth <= 0
            });
            let (body, _) = rest.split_at(end.unwrap_or(rest.len()));
            (derives, head, body)
        })
        .collect()
}

#[test]
fn the_workspace_is_these_crates_and_each_keeps_its_lints() {
    let members: BTreeSet<_> = manifest(".")["workspace"]["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member.as_str().unwrap().to_owned())
        .collect();
    let listed: BTreeSet<_> = CRATES
        .iter()
        .filter(|(folder, _)| *folder != ".")
        .map(|(folder, _)| (*folder).to_owned())
        .collect();
    assert_eq!(members, listed, "a new crate has to say here what it may link");
    // Some have lints of their own: what the workspace forbids is their work.
    for (folder, _) in CRATES.into_iter().filter(|(folder, _)| !UNSAFE.contains(folder)) {
        let lints = manifest(folder)["lints"]["workspace"].as_bool();
        assert_eq!(lints, Some(true), "{folder}/Cargo.toml: [lints] workspace = true");
    }
}

#[test]
fn no_crate_links_one_that_it_must_not_know() {
    for (folder, may) in CRATES {
        for section in ["dependencies", "build-dependencies"] {
            for dependency in dependencies(&manifest(folder), section) {
                let ours = dependency.starts_with("payhsm");
                assert!(!ours || may.contains(&dependency.as_str()), "{folder} links {dependency}");
            }
        }
    }
    // What holds keys is linked by the daemon alone, in tests too.
    for (folder, _) in CRATES.into_iter().filter(|(folder, _)| !matches!(*folder, "." | "keys")) {
        let tests = dependencies(&manifest(folder), "dev-dependencies");
        assert!(!tests.contains("payhsm-keys"), "{folder} links payhsm-keys in its tests");
    }
}

#[test]
fn only_the_arithmetic_names_ciphers() {
    const CIPHERS: [&str; 7] = ["aes", "cipher", "cmac", "des", "cbc", "ctr", "hmac"];
    for (folder, _) in CRATES.into_iter().filter(|(folder, _)| *folder != "crypto") {
        for dependency in dependencies(&manifest(folder), "dependencies") {
            // The traits, for those who use the crate by itself: no cipher.
            let traits = (folder, dependency.as_str()) == ("tdes", "cipher");
            assert!(
                traits || !CIPHERS.contains(&dependency.as_str()),
                "{folder} names {dependency}"
            );
        }
    }
    // What people's files and shares are sealed with: no key of the appliance passes through it but as a share.
    const SEALS: [&str; 4] = ["aes-gcm", "argon2", "ed25519-dalek", "hpke"];
    for (folder, _) in
        CRATES.into_iter().filter(|(folder, _)| !matches!(*folder, "crypto" | "officer"))
    {
        for dependency in dependencies(&manifest(folder), "dependencies") {
            assert!(!SEALS.contains(&dependency.as_str()), "{folder} names {dependency}");
        }
    }
    // ring is there for randomness and fingerprints, and for the signatures of the audit log; its ciphers and MACs are not
    // ours to use.
    for path in production_files() {
        let signs = name(&path).starts_with("audit/") || name(&path) == "keys/src/audit_key.rs";
        let text = code(&path);
        for module in ["aead", "hmac", "hkdf", "pbkdf2", "signature", "agreement"] {
            let may = signs && module == "signature";
            assert!(
                may || !text.contains(&format!("ring::{module}")),
                "{} uses ring::{module}",
                name(&path)
            );
        }
    }
}

#[test]
fn the_arithmetic_and_the_language_are_pure() {
    let impure = [
        "std::net",
        "std::fs",
        "std::io",
        "std::time",
        "std::thread",
        "std::env",
        "std::process",
        "std::sync",
    ];
    let loggers = ["tracing", "log", "println", "eprintln"];
    for path in production_files() {
        let name = name(&path);
        if !name.starts_with("crypto/") && !name.starts_with("protocol/") {
            continue;
        }
        let text = code(&path);
        for module in impure {
            assert!(!text.contains(module), "{name} names {module}");
        }
        for logger in loggers {
            assert!(
                !text.contains(&format!("{logger}!")) && !text.contains(&format!("{logger}::")),
                "{name} logs"
            );
        }
    }
}

#[test]
fn no_defence_can_be_switched_off_in_what_ships() {
    // Only a dev-dependency asks for the feature, no default and no other feature does.
    let asks = |dependency: &toml::Value| {
        let features = dependency.get("features").and_then(toml::Value::as_array);
        features.is_some_and(|all| all.iter().any(|one| one.as_str() == Some("weakened")))
    };
    for (folder, _) in CRATES {
        let manifest = manifest(folder);
        for section in ["dependencies", "build-dependencies"] {
            let table = manifest.get(section).and_then(toml::Value::as_table);
            assert!(!table.is_some_and(|table| table.values().any(asks)), "{folder}: {section}");
        }
        let features = manifest.get("features").and_then(toml::Value::as_table);
        for (name, parts) in features.into_iter().flatten() {
            assert!(!parts.to_string().contains("weakened"), "{folder}: {name}");
        }
    }
    let workspace = manifest(".")["workspace"]["dependencies"].as_table().cloned().unwrap();
    assert!(!workspace.values().any(asks), "[workspace.dependencies]");
    assert!(asks(&manifest(".")["dev-dependencies"]["payhsm-keys"]), "tests have to have it");
    // And the switch is in one file, in debug builds alone; nothing that ships turns it.
    for path in production_files() {
        let (name, text) = (name(&path), code(&path));
        if name == "keys/src/defence.rs" {
            let feature = text.matches("feature = \"weakened\"").count();
            let debug = text.matches("feature = \"weakened\", debug_assertions").count();
            assert!(feature >= 2 && feature == debug, "a release build could be weakened");
        } else if name != "keys/src/lib.rs" {
            assert!(!text.contains("weakened"), "{name} asks for the feature");
            assert!(!is_word(&text, "defence::Off") && !text.contains(".off()"), "{name}");
        }
    }
    // Each defence is asked for at one place.
    let asked: String = production_files().iter().map(|path| code(path)).collect();
    let named = asked.matches("Defence::").count();
    let defences = [
        "SealedTables",
        "OneCode",
        "FillOfAccount",
        "Translations",
        "Officers",
        "Limits",
        "RandomFill",
        "Usages",
        "Narrowing",
        "Parts",
        "CheckValues",
        "Profiles",
    ];
    for defence in defences {
        assert_eq!(asked.matches(&format!("Defence::{defence}.holds()")).count(), 1, "{defence}");
    }
    assert_eq!(named, defences.len(), "a defence that is not in this list");
}

#[test]
fn only_sockets_the_daemon_and_callers_know_tokio_and_tls() {
    let may = |name: &str| {
        let callers = name.starts_with("client/") || name.starts_with("load/");
        let daemon = name == "src/daemon.rs"
            || name.starts_with("src/daemon/")
            || name == "src/net.rs"
            || name == "src/quickstart.rs";
        // What waits for PostgreSQL has a thread of its own; callers of it do not see that.
        let postgres = name.starts_with("state/src/postgres") || name == "state/src/testing.rs";
        let net = name.starts_with("src/net/") || name.starts_with("src/quickstart/");
        callers || daemon || net || postgres
    };
    for path in production_files() {
        let (name, text) = (name(&path), code(&path));
        for word in ["tokio", "tokio_rustls", "rustls"] {
            assert!(may(&name) || !is_word(&text, word), "{name} names {word}");
        }
        let asks = is_word(&text, "await");
        assert!(may(&name) || name == "src/cli.rs" || !asks, "{name} is asynchronous");
    }
}

#[test]
fn the_provider_of_tls_is_chosen_in_two_places() {
    const PLACES: [&str; 2] = ["client/src/provider.rs", "state/src/postgres/address.rs"];
    let mut chosen = BTreeSet::new();
    for path in production_files() {
        let (name, text) = (name(&path), code(&path));
        for library in ["aws_lc_rs", "crypto::ring"] {
            if text.contains(library) {
                assert!(PLACES.contains(&name.as_str()), "{name} names {library}");
                chosen.insert(name.clone());
            }
        }
    }
    assert_eq!(chosen.len(), PLACES.len(), "{chosen:?}");
}

macro_rules! declare_commands {
    ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
        /// Code and file name of every command.
        const COMMANDS: &[(&str, &str)] = &[$((stringify!($code), stringify!($module)),)+];
    };
}

payhsm_protocol::for_each_command!(declare_commands);

#[test]
fn every_command_has_its_files_its_test_and_its_page() {
    let tests = code(&root().join("tests/commands.rs"));
    for (code, module) in COMMANDS {
        let lower = code.to_ascii_lowercase();
        assert!(module.starts_with(&format!("{lower}_")), "{module} does not start with its code");
        for file in [
            format!("protocol/src/command/{module}.rs"),
            format!("src/command/{module}.rs"),
            format!("tests/command/{lower}.rs"),
            format!("docs/protocol/{code}.md"),
        ] {
            assert!(root().join(&file).is_file(), "{code} has no {file}");
        }
        assert!(
            is_word(&tests, &format!("mod {lower}")),
            "tests/commands.rs does not run {lower}.rs"
        );
        let test = read(&root().join(format!("tests/command/{lower}.rs")));
        assert!(test.contains("#[test]"), "tests/command/{lower}.rs tests nothing");
    }
}

#[test]
fn there_is_no_file_of_a_command_that_is_none() {
    let known = |name: &str| COMMANDS.iter().any(|(_, module)| *module == name);
    for folder in ["protocol/src/command", "src/command"] {
        for path in source_files(&root().join(folder)) {
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            // Files of commands have two letters and `_` in front.
            if stem.as_bytes().get(2) == Some(&b'_') {
                assert!(known(&stem), "{} is no command", name(&path));
            }
        }
    }
    let folder = root().join("tests/command");
    for path in source_files(&folder) {
        // What is too long for one file lies in a folder with the command's name.
        let path = folder.join(path.strip_prefix(&folder).unwrap().components().next().unwrap());
        let stem = path.file_stem().unwrap().to_str().unwrap().to_ascii_uppercase();
        assert!(COMMANDS.iter().any(|(code, _)| *code == stem), "{} tests no command", name(&path));
    }
}

#[test]
fn no_production_file_is_longer_than_500_lines() {
    for path in production_files() {
        let lines = read(&path).lines().count();
        assert!(lines <= 500, "{} has {lines} lines", name(&path));
    }
}

#[test]
fn the_readme_is_read_in_a_minute() {
    let lines = read(&root().join("README.md")).lines().count();
    assert!(lines <= 150, "README.md has {lines} lines");
}

#[test]
fn every_crate_root_forbids_unsafe_code() {
    let mut roots = 0;
    for folder in CRATES.map(|(folder, _)| folder).into_iter().chain(["fuzz"]) {
        for file in ["src/lib.rs", "src/main.rs"] {
            let path = root().join(folder).join(file);
            if path.is_file() && !UNSAFE.contains(&folder) {
                assert!(read(&path).contains("#![forbid(unsafe_code)]"), "{}", name(&path));
                roots += 1;
            }
        }
    }
    assert!(roots >= 8, "{roots} roots found");
    let forbidden =
        manifest(".")["workspace"]["lints"]["rust"]["unsafe_code"].as_str().map(str::to_owned);
    assert_eq!(forbidden.as_deref(), Some("forbid"));
    for folder in UNSAFE {
        let lints = &manifest(folder)["lints"];
        for (tool, lint) in
            [("rust", "unsafe_op_in_unsafe_fn"), ("clippy", "undocumented_unsafe_blocks")]
        {
            assert_eq!(lints[tool][lint].as_str(), Some("deny"), "{folder}: {lint}");
        }
        // Whatever else the workspace asks for, it asks of that crate too.
        for (tool, ours) in manifest(".")["workspace"]["lints"].as_table().unwrap() {
            for lint in ours.as_table().unwrap().keys().filter(|lint| *lint != "unsafe_code") {
                assert!(lints[tool].get(lint).is_some(), "{folder} lacks the lint {tool}::{lint}");
            }
        }
    }
}

/// Types that show bytes when they are printed, each looked at: none of these bytes is secret.
const SHOWN: &[&str] = &[
    // protocol: names of activities; what a header says in clear.
    "ActivityName",
    "FormedHeader",
    "HeaderChange",
    // protocol: labels and names of zones.
    "StoredKey",
    "ZoneKey",
    "ZoneName",
    // protocol: what may be shown of a card number.
    "MaskedPan",
    // BINs and batches of card numbers; what a contactless card sends in clear; partners' public keys. Values beside them are mute.
    "BatchId",
    "CardOf",
    "CardRange",
    "CardSequence",
    "MastercardCvc3",
    "MerchantId",
    "VisaDcvv",
    "ZoneExport",
    // crypto: headers of key blocks travel in clear.
    "Attributes",
    "Header",
    "OptionalBlock",
    // keys: names of usages and key types.
    "Role",
    "Import",
    // keys: sentences, names of records and where they lie; labelled keys are under the LMK, and their blocks mute.
    "LabelledKey",
    "LmkAbout",
    "Stamp",
    "StoreRefused",
    "VaultRefused",
    // protocol: codes, versions, check values, what is printed on a card, chaining blocks.
    "CommandCode",
    "CheckValue",
    "Expiry",
    "ServiceCode",
    "InitialVector",
    "ImportHeader",
    "KeyAttributes",
    "KeyType",
    "Diagnosis",
    "Status",
    // protocol: what monitors are told of an appliance, its peers and its LMKs' check values.
    "Serial",
    "Volume",
    "Connected",
    "LmkSeen",
    // protocol, between console and daemon: names, public keys, sealed shares, check values, sentences. A secret travels
    // beside these messages, never in them.
    "Officer",
    "Act",
    "Forming",
    "NewKey",
    "Zone",
    "Answer",
    "SealedShare",
    "LmkLine",
    "LogLine",
    "KeyLine",
    "TableLine",
    "AuthorisedLine",
    "LogLine",
    // officer: a sealed share.
    "ShareFile",
];

/// The types of a source that print themselves as the compiler sees fit: name and fields.
fn derived_debug(text: &str) -> Vec<(String, String)> {
    let printing = deriving(text).into_iter().filter(|(derives, _, _)| is_word(derives, "Debug"));
    printing
        .filter_map(|(_, head, body)| {
            let (_, after) = ["struct ", "enum "].iter().find_map(|word| head.split_once(word))?;
            let name = after.chars().take_while(|&character| part_of_word(character)).collect();
            let (_, tuple) = head.split_once('(').unwrap_or_default();
            Some((name, format!("{tuple}{body}")))
        })
        .collect()
}

#[test]
fn derived_debug_is_found() {
    let text = "#[derive(Clone, Debug)]\npub struct Pin { digits: Vec<u8>, }\n\
                #[derive(Clone)]\nstruct Mute(Vec<u8>);\n#[derive(Debug)]\nenum E { A([u8; 4]) }\n\
                #[derive(Debug)]\npub struct Tuple(pub [u8; 2]);";
    let found = derived_debug(text);
    let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Pin", "E", "Tuple"]);
    assert!(found.iter().all(|(_, body)| shows_bytes(body)));
}

fn shows_bytes(body: &str) -> bool {
    ["[u8", "Vec<u8>", "Box<[u8]>", "String", "&str", "Zeroizing"]
        .iter()
        .any(|bytes| body.contains(bytes))
}

#[test]
fn what_may_be_secret_does_not_print_itself() {
    let mut checked = 0;
    let mut wrong = Vec::new();
    let mut shown = BTreeSet::new();
    for folder in ["crypto/src", "keys/src", "officer/src", "protocol/src"] {
        for path in source_files(&root().join(folder)) {
            let text = code(&path);
            let text = text.split("#[cfg(test)]").next().unwrap();
            // The macros that declare requests and replies derive it for them.
            let derive = "#[derive(Debug)] ";
            let text = text.replace("request! {", derive).replace("reply! {", derive);
            for (type_name, body) in derived_debug(&text) {
                checked += 1;
                if shows_bytes(&body) {
                    if !SHOWN.contains(&type_name.as_str()) {
                        wrong.push(format!("{}: {type_name}", name(&path)));
                    }
                    shown.insert(type_name);
                }
            }
        }
    }
    assert!(checked > 20, "{checked} types found");
    let rule = "they derive Debug and hold bytes: say nothing of them, or list them as shown";
    assert!(wrong.is_empty(), "{rule}: {wrong:#?}");
    let listed = SHOWN.iter().map(|&shown| shown.to_owned()).collect();
    assert_eq!(shown, listed, "what is listed as shown has to be there");
}

#[test]
fn no_key_is_copied_printed_or_serialised() {
    // Whoever holds clear key bytes in the vault.
    const HOLDERS: [&str; 15] = [
        "AuditKeys",
        "Material",
        "LmkSecret",
        "SecretRecord",
        "Share",
        "Combining",
        "Forming",
        "Working",
        "Key",
        "AnyKey",
        "Lmk",
        "LmkSet",
        "VariantLmk",
        "TdesKeyBlockLmk",
        "AesKeyBlockLmk",
    ];
    for path in source_files(&root().join("keys/src")) {
        let text = code(&path);
        for holder in HOLDERS {
            for forbidden in ["Clone for", "Copy for", "Serialize for", "Display for", "Deref for"]
            {
                let written = format!("{forbidden} {holder}");
                assert!(!is_word(&text, &written), "{}: {written}", name(&path));
            }
            for (derives, head, _) in deriving(&text) {
                let head = head.split(['(', '<']).next().unwrap_or_default();
                if is_word(head, &format!("struct {holder}")) {
                    for derive in ["Clone", "Copy", "Serialize", "SchemaWrite"] {
                        let copies = is_word(derives, derive);
                        assert!(!copies, "{}: {holder} derives {derive}", name(&path));
                    }
                }
            }
        }
        assert!(!is_word(&text, "serde"), "{}: the vault serialises nothing", name(&path));
    }
}

#[test]
fn what_the_architecture_names_is_there() {
    let text = read(&root().join("ARCHITECTURE.md"));
    let mut named = 0;
    for word in text.split('`').skip(1).step_by(2) {
        let is_path =
            word.contains('/') && !word.contains(['…', ' ', '{', '<']) && !word.contains("xx");
        if is_path {
            named += 1;
            assert!(root().join(word).exists(), "ARCHITECTURE.md names {word}");
        }
    }
    assert!(named > 5, "{named} paths found");
}
