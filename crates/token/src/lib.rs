//! Whoever holds the key: back ends of [`signing::Signer`].
//!
//! - [`pkcs11`]: cards and sticks, through the vendor's PKCS#11 module. The module is closed code that crashes and
//!   hangs, so it is loaded by a helper process (`firma-token`) and never by the app; [`wire`] is what the two say
//!   to each other. Why, and where the PIN goes: `docs/adr/0018-pin.md`.
//! - [`pkcs12`]: a key in a file, for tests and the command line.
//! - [`drivers`] and [`diagnosis`]: "Il mio dispositivo di firma", which modules are installed, what is plugged in,
//!   what is wrong.

#![forbid(unsafe_code)]

pub mod certificate;
pub mod diagnosis;
pub mod drivers;
mod helper;
pub mod pkcs11;
pub mod pkcs12;
mod signature;
pub mod wire;
