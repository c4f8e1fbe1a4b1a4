//! Signing documents, and judging the signatures of others.
//!
//! Signing goes in four steps, the same for every format, so that the key can be anywhere (a card, a file, a
//! remote service): *build* what is signed, *hash* it, have the hash *signed* by a [`Signer`], *embed* what came
//! back. Whatever leaves was accepted by the verification of this crate first.
//!
//! Judging uses the words of ETSI EN 319 102-1 ([`Indication`], [`SubIndication`]) and never asks the network:
//! what it believes comes in as [`Anchors`], revocation facts as bytes.

mod anchors;
mod asn1;
pub mod batch;
pub mod cades;
pub mod cms;
mod crypto;
mod digest;
pub mod pades;
pub mod paper;
pub mod path;
mod pdf;
mod qualification;
pub mod revocation;
mod signer;
pub mod tsp;
mod typeface;
pub mod upgrade;
mod verdict;
pub mod verify;
pub mod whole;
pub mod x509;

pub use anchors::{Anchor, Anchors, REGULATION, Service, Standing};
pub use asn1::Asn1Error;
pub use crypto::DigestAlgorithm;
pub use digest::{Digest, Hash, hex};
pub use qualification::{Assert, Criteria, Criterion, Qualification, Qualifier};
pub use signer::{
    Cancel, Identity, IdentityId, KeyKind, Pin, PinState, QUICK, Signer, SignerError,
};
pub use verdict::{Indication, SubIndication};
