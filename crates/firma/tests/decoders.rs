//! A short run of the decoders' fuzz targets (`tests/fuzz`), without their compiler: seeds that are changed a little, cut,
//! and put together. The long one is `cargo xtask fuzz`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

#[path = "../../../tests/fuzz/src/signatures.rs"]
mod signatures;

use signatures::DECODERS;
use std::path::Path;
use std::time::{Duration, Instant};

/// Changed files for each decoder, and the longest that one may take: a debug build on a busy machine.
const TRIES: usize = 1_500;
const LONGEST: Duration = Duration::from_secs(10);

#[test]
fn no_decoder_panics_or_hangs_on_bytes_from_anywhere() {
    let mut chance = Chance(0x5eed);
    for (name, decode) in DECODERS {
        let seeds = seeds(name);
        let start = Instant::now();
        for seed in &seeds {
            decode(seed);
        }
        for _ in 0..TRIES {
            let bytes = changed(&seeds, &mut chance);
            let start = Instant::now();
            decode(&bytes);
            assert!(start.elapsed() < LONGEST, "{name}: {} bytes", bytes.len());
        }
        println!("{name}: {TRIES} files in {:?}", start.elapsed());
    }
}

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/seeds");
    let files = std::fs::read_dir(folder.join(name)).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{name} has no seed");
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

/// A seed with a few changes: bytes, lengths that say the most, pieces cut out, doubled, or taken from another seed.
fn changed(seeds: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seeds[chance.below(seeds.len())].clone();
    for _ in 0..=chance.below(4) {
        if bytes.is_empty() {
            break;
        }
        let at = chance.below(bytes.len());
        let end = at + chance.below((bytes.len() - at).min(64) + 1);
        match chance.below(7) {
            0 => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
            1 => bytes[at] ^= 1 << chance.below(8),
            2 => bytes[at] = [0, 0x7f, 0x80, 0x84, 0xff][chance.below(5)],
            3 => drop(bytes.drain(at..end)),
            4 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            5 => {
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.below(other.len());
                let to = from + chance.below((other.len() - from).min(256) + 1);
                bytes.splice(at..end, other[from..to].iter().copied());
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound.max(1) as u64).unwrap()
    }
}
