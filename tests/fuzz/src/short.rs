//! A short run of a decoder without the compiler of the fuzz targets: seeds that are changed a little, cut, and put
//! together. Used by ordinary tests; the long one is `cargo xtask fuzz`.

use std::path::Path;
use std::time::{Duration, Instant};

/// The longest that one file may take: a debug build on a busy machine.
const LONGEST: Duration = Duration::from_secs(10);

/// The seeds of a target, in the order of their names.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = folder(target);
    let files = std::fs::read_dir(&folder).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{target} has no seed");
    let bytes = |path| std::fs::read(path).unwrap();
    paths.into_iter().map(bytes).collect()
}

/// Where they are, from the folder of any crate.
pub fn folder(target: &str) -> std::path::PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR"));
    crates.join("../../tests/fuzz/seeds").join(target)
}

/// Gives the decoder so many changed seeds; always the same ones.
pub fn run(target: &str, tries: usize, decode: impl Fn(&[u8])) {
    let mut chance = Chance(0x5eed);
    let seeds = seeds(target);
    let begun = Instant::now();
    for _ in 0..tries {
        let bytes = changed(&seeds, &mut chance);
        let start = Instant::now();
        decode(&bytes);
        assert!(start.elapsed() < LONGEST, "{target}: {} bytes", bytes.len());
    }
    println!("{target}: {tries} files in {:?}", begun.elapsed());
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
