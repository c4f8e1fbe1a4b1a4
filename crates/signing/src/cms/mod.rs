//! Cryptographic Message Syntax (RFC 5652): building a signature in the CAdES and PAdES baseline B-B, and reading
//! what others built.

mod draft;
mod read;

pub(crate) use draft::{Around, digest_algorithm, write_signed_data};
pub use draft::{CmsError, Draft, Form, estimate_size};
pub use read::{Attribute, Encoding, ReadError, SignedData, SignerIdentifier, SignerInfo, extract};
