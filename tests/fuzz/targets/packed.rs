//! Packed bodies: bounded in memory whatever they claim.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::pack::unpack;

const LIMIT: usize = 64 * 1024;

fuzz_target!(|body: &[u8]| {
    if let Ok(plain) = unpack(body, LIMIT) {
        assert!(plain.len() <= LIMIT);
    }
});
