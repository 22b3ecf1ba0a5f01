//! What officers do with secrets by hand: keys formed of components, and LMKs split into shares.
//!
//! Secrets are borrowed from the caller and copied into secret memory alone; nothing here keeps one anywhere else.

pub mod components;
mod shamir;
pub mod shares;
