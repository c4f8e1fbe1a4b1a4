//! What lies on a stick: the first byte says which part of a bundle. The last one is the content of a sealed
//! bundle, which a maker who is known but no longer trustworthy wrote.
#![no_main]

use bundle::{Head, Opened, Secret, Seed, read_item, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((which, bytes)) = bytes.split_first() else {
        return;
    };
    let size = bytes.len() as u64;
    match which % 4 {
        0 => drop(Head::parse(bytes)),
        1 => {
            let mut rest = bytes;
            while let Ok(Some(_)) = read_item(&mut rest) {}
        }
        2 => {
            if let Ok(seed) = Seed::from_bytes(&[7; 32]) {
                drop(verify(bytes, size, &seed.signing().verifying_key()));
            }
        }
        _ => {
            let Ok(mut opened) = Opened::new(bytes, size, &Secret::of(&[7; 32])) else {
                return;
            };
            while let Ok(Some(_)) = opened.next_item() {}
        }
    }
});
