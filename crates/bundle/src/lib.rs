//! The file that travels on a USB stick where there is no line ("Porta con la chiavetta").
//!
//! A bundle goes from one computer to one hub, and its answer back. Whoever carries it reads the [`Head`] and
//! nothing else. The format, byte by byte:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `RETE` |
//! | 1 | version of this format ([`VERSION`]) |
//! | 2 | length of the head, little endian, at most [`MAX_HEAD`] |
//! | … | the head: JSON, in the clear |
//! | 32 | encapsulated key (RFC 9180, DHKEM(X25519, HKDF-SHA256)) |
//! | … | blocks: [`BLOCK`] bytes of content and 16 of tag each, the last one shorter or as long |
//! | 64 | Ed25519 signature of the maker over a context and the BLAKE3 of everything before |
//!
//! Blocks are sealed with ChaCha20-Poly1305 in HPKE's base mode: each has its place in the nonce, and the last
//! one says in its associated data that it is the last. The head is part of the key (`info`), so that no other
//! can be put before the same blocks. The content is one zstd stream of [`Item`]s.
//!
//! A reader calls [`verify`] first, then [`Opened::new`], on a copy that nobody else can change in between: what
//! a stick says may change from one reading to the next.

mod error;
mod head;
mod item;
mod key;
mod open;
mod seal;

pub use error::BundleError;
pub use head::{Head, Kind, MAX_HEAD, VERSION, new_id};
pub use item::{Item, MAX_ITEM, read_item};
pub use key::{Public, Secret, Seed, fingerprint, verifying_key};
pub use open::{Content, Opened, verify};
pub use seal::Sealer;

/// Bytes of content in a block: memory is bounded by a few of them, however large the bundle.
pub const BLOCK: usize = 64 * 1024;
/// The largest bundle, in bytes.
pub const MAX_BUNDLE: u64 = 512 * 1024 * 1024;
/// The largest content, in bytes, unpacked.
pub const MAX_CONTENT: u64 = 1024 * 1024 * 1024;
/// The end of a bundle's file name.
pub const EXTENSION: &str = "rete";

/// What every fallible function gives.
pub type Result<T> = std::result::Result<T, BundleError>;
