//! A PKCS#11 module of ours that fails on demand, the way cards and closed drivers fail.
//!
//! It reads `config.json` in the directory that `FAULTY_TOKEN` names ([`Config`]), holds software keys, and keeps
//! there what a card would keep: the tries that are left (`wrong-N`), the signatures made (`signatures`), whether it
//! was pulled out (`removed`; deleting that file puts it in again). What was asked of it, it writes to `calls`, for a
//! test to count; a PIN is never among that.
//!
//! For tests alone: nothing here protects a key.

mod config;
mod state;
mod table;

pub use config::{Certificate, Config, Faults, Garbage, Slot, hashed};
pub use table::C_GetFunctionList;
