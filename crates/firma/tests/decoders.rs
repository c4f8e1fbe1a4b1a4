//! A short run of the fuzz targets (`tests/fuzz`) that read signed files, certificates and lists.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

#[path = "../../../tests/fuzz/src/short.rs"]
mod short;
#[path = "../../../tests/fuzz/src/signatures.rs"]
mod signatures;

use signatures::DECODERS;

/// Changed files for each decoder.
const TRIES: usize = 1_500;

/// Behind the signature is the most to read: a target that never gets there shows nothing.
#[test]
fn lists_are_read_beyond_their_signature() {
    for seed in short::seeds("list") {
        let signers = signatures::signers(&seed);
        assert_eq!(trust::List::check(&seed, &signers).map(|_| ()), Ok(()));
        assert_eq!(trust::List::readable(&seed), Ok(()));
    }
    // Changed ones too: a part of them is sound, and is read to the end.
    let read = std::cell::Cell::new(0);
    short::run("list", TRIES, |bytes| {
        read.set(read.get() + usize::from(trust::List::readable(bytes).is_ok()));
    });
    println!(
        "{} of {TRIES} changed lists are read to the end",
        read.get()
    );
    assert!(read.get() > TRIES / 100);
}

#[test]
fn no_decoder_panics_or_hangs_on_bytes_from_anywhere() {
    for (name, decode) in DECODERS {
        short::seeds(name).iter().for_each(|seed| decode(seed));
        short::run(name, TRIES, decode);
    }
}
