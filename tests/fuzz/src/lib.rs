//! What the targets have in common: the decoders, and their short run in the ordinary tests.
//!
//! Seeds lie in `seeds/TARGET`. Those of [`wire`] and [`image`] are made by ignored tests, `seeds_are_made` of `hub` and
//! of `site`: `cargo test -p hub --test hub seeds_are_made -- --ignored`, and the same for `-p site --test images`.
pub mod image;
pub mod signatures;
pub mod wire;
