//! The hub as its callers meet it, in this process.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod backup;
mod bad_input;
mod collect;
mod common;
mod decoders;
mod enrol;
mod files;
mod firma;
mod kill;
mod property;
mod publish;
mod put;
mod recorded;
mod roles;
mod serve;
mod sync;
