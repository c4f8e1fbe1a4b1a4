//! The keys, against SoftHSM and against a token that fails on demand.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod batch;
mod diagnosis;
mod faults;
mod faulty;
mod pkcs12;
mod pki;
mod secrets;
mod softhsm;
mod tokens;
