use super::{Product, ProductMistake, Products};
use crate::dcvv2::Policy;

fn product(name: &str, bins: &[&str]) -> Product {
    let bins = bins.iter().map(|bin| (*bin).to_owned()).collect();
    Product { name: name.to_owned(), bins, ..Product::default() }
}

#[test]
fn the_longest_bin_counts() {
    let products = vec![
        product("visa", &["4"]),
        product("gold", &["411111", "41111199"]),
        product("one", &["411111111111"]),
    ];
    let products = Products::new(products, Product::default()).unwrap();
    let name = |pan: &[u8]| products.for_pan(pan).name.as_str();
    assert_eq!(name(b"4000000000000002"), "visa");
    assert_eq!(name(b"4111110000000000"), "gold");
    assert_eq!(name(b"4111119900000000"), "gold");
    assert_eq!(name(b"4111111111111111"), "one");
    assert_eq!(name(b"5555555555554444"), "default");
    assert_eq!((name(b""), name(b"4")), ("default", "visa"));
    assert_eq!(products.all().len(), 3);
    assert_eq!(Products::default().for_pan(b"4111111111111111").pin_limit, 3);
}

#[test]
fn all_mistakes_are_told_at_once() {
    let mut bad = product("bad name", &["41A", "5", "1234567890123"]);
    bad.pin_limit = 0;
    bad.pin_length = 13;
    bad.excluded_pins = vec!["1234".to_owned(), "12x4".to_owned()];
    bad.dcvv2 = Some(Policy { ttl: 59, ..Policy::default() });
    let products =
        vec![product("same", &["5"]), product("same", &["6"]), product("none", &[]), bad];
    let wrong =
        Products::new(products, Product { pin_limit: 99, ..Product::default() }).unwrap_err();
    let wrong: Vec<_> = wrong.iter().map(ProductMistake::to_string).collect();
    assert_eq!(
        wrong,
        [
            "there are two products named `same`",
            "product `none` has no BIN, so no card number has it",
            "`bad name` is no name of a product: 1 to 32 letters, digits, `-`, `_`, `.`",
            "product `bad name`: `41A` is no BIN: 1 to 12 digits",
            "product `bad name`: `1234567890123` is no BIN: 1 to 12 digits",
            "product `bad name` allows 0 wrong PINs, but it has to be 1 to 98",
            "product `bad name` has PINs of 13 digits, but it has to be 4 to 12",
            "product `bad name`: number 2 of its excluded PINs is none: 4 to 12 digits",
            "product `bad name`: a code lives 59 seconds, but it has to be 60 to 64800",
            "BIN `5` is there twice",
            "product `default` allows 99 wrong PINs, but it has to be 1 to 98",
        ]
    );
}

#[test]
fn weak_pins() {
    let refuses = |product: &Product, pin: &[u8]| bool::from(product.refuses_pin(pin));
    let product = Product { excluded_pins: vec!["2580".to_owned()], ..Product::default() };
    for weak in [
        "0000",
        "9999",
        "777777",
        "1234",
        "0123",
        "6789",
        "7890",
        "8901",
        "9012",
        "4321",
        "9876",
        "3210",
        "2109",
        "1098",
        "123456",
        "654321",
        "123456789012",
        "2580",
    ] {
        assert!(refuses(&product, weak.as_bytes()), "{weak}");
    }
    for good in ["1235", "1243", "2234", "0001", "1000", "4322", "7893", "2581", "02580", "25800"] {
        assert!(!refuses(&product, good.as_bytes()), "{good}");
    }
    // Of 10,000 PINs: 10 of one digit, 10 up, 10 down, and the one that is listed.
    let all = (0..10_000).filter(|pin| refuses(&product, format!("{pin:04}").as_bytes()));
    assert_eq!(all.count(), 31);
    let lax = Product { weak_pins_refused: false, ..product };
    assert!(!refuses(&lax, b"1234"));
    assert!(refuses(&lax, b"2580"));
    assert!(!format!("{lax:?}").contains("2580"));
}
