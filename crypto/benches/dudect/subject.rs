//! What time is taken of.

use std::hint::black_box;

/// Bytes of secret that each sample has; a subject takes as many as it wants.
pub(crate) const SECRET: usize = 64;

/// The secret of the first class.
#[derive(Clone, Copy)]
pub(crate) enum Fixed {
    /// Some bytes; the random ones are any.
    Bytes,
    /// Sevens in ASCII; the random ones are digits.
    Digits,
    /// Bytes that a comparison up to the first difference would go far into; the random ones are any.
    Near(fn() -> [u8; SECRET]),
}

/// A line of the table.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) fixed: Fixed,
    pub(crate) subject: fn() -> Box<dyn Subject>,
}

/// Something done with a secret.
pub(crate) trait Subject {
    /// Takes the secret in the form that it is met in. No time is taken of this.
    fn load(&mut self, secret: &[u8; SECRET]);
    /// Does it.
    fn run(&mut self);
}

struct Of<S, L, R> {
    state: S,
    load: L,
    run: R,
}

impl<S, T, L: FnMut(&mut S, &[u8; SECRET]), R: FnMut(&mut S) -> T> Subject for Of<S, L, R> {
    fn load(&mut self, secret: &[u8; SECRET]) {
        (self.load)(&mut self.state, secret);
    }

    fn run(&mut self) {
        black_box((self.run)(black_box(&mut self.state)));
    }
}

/// A subject of these.
pub(crate) fn of<S: 'static, T>(
    state: S,
    load: impl FnMut(&mut S, &[u8; SECRET]) + 'static,
    run: impl FnMut(&mut S) -> T + 'static,
) -> Box<dyn Subject> {
    Box::new(Of { state, load, run })
}

/// One that copies as much of the secret as it takes.
pub(crate) fn on<const N: usize, T>(run: impl Fn(&[u8; N]) -> T + 'static) -> Box<dyn Subject> {
    of(
        [0; N],
        |to: &mut [u8; N], secret| to.copy_from_slice(&secret[..N]),
        move |secret| run(secret),
    )
}
