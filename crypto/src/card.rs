//! Card verification.

mod cvv;

pub use cvv::{CvvError, CvvInput, CvvKey};
