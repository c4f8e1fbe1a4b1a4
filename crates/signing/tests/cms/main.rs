//! CMS, X.509, CAdES and verification, with the openssl command and pyHanko as outside judges.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

#[path = "../dss/mod.rs"]
mod dss;

mod cades;
mod differential;
mod draft;
mod forge;
mod judges;
mod path;
mod pki;
mod pkits;
mod read;
mod verify;
