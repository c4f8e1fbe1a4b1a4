//! Certificates: read leniently, kept as the bytes they are.

mod holder;
mod name;
mod parse;
mod uses;

pub use holder::{Holder, Money, QcStatements, QcType};
pub(crate) use name::Name;
pub(crate) use parse::extensions;
pub use parse::{AlgorithmId, Certificate, Extension, KeyError, from_pem};
pub use uses::KeyUsage;
