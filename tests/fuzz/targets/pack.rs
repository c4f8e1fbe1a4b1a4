//! Packs of chunks.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::files::{push_chunk, unpack};

fuzz_target!(|body: &[u8]| {
    if let Ok(chunks) = unpack(body) {
        let mut again = Vec::new();
        for chunk in chunks {
            push_chunk(&mut again, chunk);
        }
        assert_eq!(again, body);
    }
});
