//! A short run of the fuzz targets (`tests/fuzz`) that read signed files, certificates and lists.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

#[path = "../../../tests/fuzz/src/short.rs"]
mod short;
#[path = "../../../tests/fuzz/src/signatures.rs"]
mod signatures;

use signatures::DECODERS;

/// Changed files for each decoder.
const TRIES: usize = 1_500;

#[test]
fn no_decoder_panics_or_hangs_on_bytes_from_anywhere() {
    for (name, decode) in DECODERS {
        short::seeds(name).iter().for_each(|seed| decode(seed));
        short::run(name, TRIES, decode);
    }
}
