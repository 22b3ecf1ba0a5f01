//! For tests alone: shows whether secrets reach addresses, branches, or memory that outlives them. Nothing that ships
//! links this crate.
//!
//! | module | shows | needs |
//! |---|---|---|
//! | [`mark`] | no branch and no address comes from marked bytes, on the paths that ran | valgrind |
//! | [`steps`] | two runs with other secrets take the same instructions to the same addresses | Linux, x86-64 |
//! | [`code`] | which instructions a program is made of | binutils |
//! | [`memory`] | what a process holds after its secrets should be gone | Linux |
//! | [`time`] | that two classes of secrets take the same time, as far as a t-test tells | a quiet machine |
//!
//! [`program`] builds and finds what is looked at; [`findings`] reads what valgrind says of it,
//! [`rows`] is how such programs are asked, [`secrets`] what they work on, and [`random`] where that comes from.
//!
//! The first is taint in the strict sense, but valgrind knows no AVX-512; the second runs on the real processor and
//! knows whatever that knows, but compares samples. Each should be shown to find something where there is something.

pub mod code;
pub mod findings;
pub mod mark;
#[cfg(target_os = "linux")]
pub mod memory;
pub mod program;
pub mod random;
pub mod rows;
pub mod secrets;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub mod steps;
pub mod time;
