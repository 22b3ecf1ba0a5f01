//! Speed, as ratios: the two that are compared take turns, since other work on the machine slows both.

use crate::pki::Pki;
use crate::session::{Key, Sides, echo, worked};
use crate::{Group, Library};
use std::time::Duration;

const ROUNDS: usize = 15;
const HANDSHAKES: usize = 150;
const MESSAGES: usize = 20_000;

/// Bytes of a usual request.
const MESSAGE: usize = 128;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The times of each of these in every round, in seconds.
fn rounds<const N: usize>(mut measured: [&mut dyn FnMut() -> Duration; N]) -> [Vec<f64>; N] {
    let mut times = [const { Vec::new() }; N];
    for one in &mut measured {
        one(); // warm
    }
    for _ in 0..ROUNDS {
        for (one, times) in measured.iter_mut().zip(&mut times) {
            times.push(one().as_secs_f64());
        }
    }
    times
}

fn ratio(one: &[f64], other: &[f64]) -> f64 {
    median(one.iter().zip(other).map(|(one, other)| one / other).collect())
}

/// Full handshakes with a certificate on either side.
pub(crate) fn handshakes(pki: &Pki) {
    use Group::{X25519, X25519MlKem768};
    use Library::{AwsLc, Ring};
    let named = [
        ("ring, X25519", Ring, X25519, Key::Kept),
        ("aws-lc-rs, X25519", AwsLc, X25519, Key::Kept),
        ("aws-lc-rs, X25519MLKEM768", AwsLc, X25519MlKem768, Key::Kept),
        ("aws-lc-rs, X25519, key made anew", AwsLc, X25519, Key::MadeAnew),
        ("aws-lc-rs, X25519MLKEM768, key made anew", AwsLc, X25519MlKem768, Key::MadeAnew),
    ];
    let mut work = named.map(|(_, library, group, key)| {
        let sides = Sides::new(pki, library, group, key).expect("a way of exchanging keys");
        move || (0..HANDSHAKES).map(|_| sides.shake_hands().2).sum::<Duration>()
    });
    let [a, b, c, d, e] = &mut work;
    let times = rounds([a, b, c, d, e]);
    println!("\n# handshakes of a server, mutual TLS 1.3, {} certificates", pki.kind.name());
    for ((name, ..), times_of) in named.iter().zip(&times) {
        let each = median(times_of.clone()) / HANDSHAKES as f64;
        let speed = ratio(&times[0], times_of);
        println!(
            "{name:42} {:7.0} a second, {:4.0} us, {speed:.2} of ring",
            1.0 / each,
            each * 1e6
        );
    }
}

/// Requests and answers on an open connection, one in a record.
pub(crate) fn records(pki: &Pki) {
    let mut work = Library::BOTH.map(|library| {
        let sides = Sides::new(pki, library, Group::X25519, Key::Kept).expect("X25519");
        let (mut client, mut server, _) = sides.shake_hands();
        let mut message = [7; MESSAGE];
        move || {
            let start = worked();
            (0..MESSAGES).for_each(|_| echo(&mut client, &mut server, &mut message));
            worked() - start
        }
    });
    let [ring, aws_lc] = &mut work;
    let times = rounds([ring, aws_lc]);
    println!("\n# {MESSAGE} bytes there and back, a record each, both ends together");
    for (library, times_of) in Library::BOTH.iter().zip(&times) {
        let each = median(times_of.clone()) / MESSAGES as f64;
        let speed = ratio(&times[0], times_of);
        println!("{:42} {:7.2} us, {speed:.2} of ring", library.name(), each * 1e6);
    }
}
