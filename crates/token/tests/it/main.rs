//! The keys, against SoftHSM and against a token that fails on demand.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod batch;
mod diagnosis;
mod faults;
mod pkcs12;
mod secrets;
mod softhsm;
