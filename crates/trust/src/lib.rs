//! Whom verification believes: the European trusted lists (ETSI TS 119 612), checked, cached, their age known.
//!
//! The way of belief: the Official Journal names the signers of the list of lists ([`Roots`]); that list names
//! the signers of the national ones; those name the services, which become [`signing::Anchors`]. Each step is a
//! signature that this crate checks itself, whoever brought the bytes: a hub's [`bundle`] is only the courier.
//!
//! Old knowledge is still knowledge: past its date, [`Freshness`] says so and verdicts are lowered, but nothing
//! stops. Without any list the app starts and signs.

mod anchors;
mod belief;
pub mod bundle;
pub mod cache;
mod error;
pub mod folder;
mod freshness;
mod list;
mod names;
mod roots;
mod xml;
mod xmldsig;

pub use belief::{Belief, Known, Sources};
pub use bundle::MAX_BUNDLE;
pub use error::{SignatureError, TrustError};
pub use freshness::Freshness;
pub use list::{Claims, Instance, Kind, List, Pointer, TrustService};
pub use roots::Roots;
pub use xml::MAX_LIST;
pub use xmldsig::Fingerprint;
