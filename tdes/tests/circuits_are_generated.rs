//! The files of circuits are what the tool in `examples/sbox_circuits` prints.
//!
//! Making them again takes a minute, and is done with `PAYHSM_LONGEST_TESTS=1`.

#[path = "../src/fips.rs"]
#[expect(dead_code, reason = "only the S-boxes are needed")]
mod fips;
#[path = "../examples/sbox_circuits/search/mod.rs"]
mod search;

use search::Recipe;

const FILES: [&str; 2] =
    [include_str!("../src/bitslice/gates.rs"), include_str!("../src/bitslice/ternary.rs")];

/// What the first lines of a file say.
fn recipe(file: &str) -> Option<Recipe> {
    let (_, arguments) =
        file.lines().find_map(|line| line.split_once(" --example sbox_circuits -- "))?;
    Recipe::parse(arguments.split(' '))
}

#[test]
fn files_name_seeds_and_sizes() {
    for file in FILES {
        assert!(recipe(file).is_some_and(|recipe| recipe.seeds.len() == 8));
        let sizes = file.lines().find_map(|line| line.strip_prefix("//! Gates: ")).unwrap();
        let (sizes, sum) = sizes.trim_end_matches('.').split_once(" = ").unwrap();
        let gates = |text: &str| text.matches("    let x").count();
        let counted: Vec<String> =
            file.split("pub(super) fn ").skip(1).map(|text| gates(text).to_string()).collect();
        assert_eq!(sizes, counted.join(" + "));
        assert_eq!(sum, gates(file).to_string());
    }
}

/// Not as small as the ones in the files, but found in a second.
#[test]
fn a_short_search_finds_the_sbox_and_repeats_itself() {
    for kind in ["two", "three"] {
        let arguments = [kind, "--steps", "1000", "--seeds", "1,1,1,1,1,1,1,1"];
        let recipe = Recipe::parse(arguments.into_iter()).unwrap();
        // None if it is not S4.
        let gates = || recipe.circuit(3).unwrap().1.gates;
        assert_eq!(gates(), gates());
    }
}

#[test]
fn files_are_the_output_of_the_tool() {
    if std::env::var_os("PAYHSM_LONGEST_TESTS").is_none_or(|value| value != "1") {
        return;
    }
    for file in FILES {
        let again = recipe(file).and_then(|recipe| recipe.file(|_, _, _| ()));
        assert_eq!(again.as_deref(), Some(file));
    }
}
