//! Damaged PDFs: whatever we accept, pyHanko or pdfsig must accept too.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod pdf_support;

use pdf_support::{at, documents, judges, last_byte_range, sign, sign_plain, signer::Signer};
use signing::pades::{Options, Signed, Stamp, judge};
use signing::path::Trust;
use signing::verify::{Context, RevocationRule};
use signing::{Indication, pades::Signature};
use std::path::Path;
use std::process::Command;

/// How often each document is damaged.
const TIMES: usize = 60;

/// Numbers that look like chance and are the same at every run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    fn piece<'a>(&mut self, of: &'a [u8], most: usize) -> &'a [u8] {
        let at = self.below(of.len());
        &of[at..at + self.below(most.min(of.len() - at))]
    }
}

/// Damages some bytes.
fn garble(bytes: &mut Vec<u8>, chance: &mut Chance) {
    let at = chance.below(bytes.len());
    match chance.below(5) {
        0 | 1 => bytes[at] ^= 1 << chance.below(8),
        2 => bytes[at] = chance.below(256) as u8,
        3 => drop(bytes.remove(at)),
        _ => {
            let piece = chance.piece(bytes, 60).to_vec();
            bytes.splice(at..at, piece);
        }
    }
}

/// One damage, most of them where no hash reaches: in the place of the CMS, and behind the end.
fn damage(pdf: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut out = pdf.to_vec();
    let [_, start, end, _] = last_byte_range(pdf);
    let room = end - start - 2;
    match chance.below(8) {
        // The CMS itself, in the room that it has.
        0..=2 => {
            let hex = &pdf[start + 1..end - 1];
            let mut cms: Vec<u8> = hex
                .chunks(2)
                .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
                .collect();
            let length = cms.iter().rposition(|byte| *byte != 0).unwrap() + 1;
            let mut inside = cms[..length].to_vec();
            garble(&mut inside, chance);
            inside.resize(room / 2, 0);
            cms = inside;
            let text: String = cms.iter().map(|byte| format!("{byte:02x}")).collect();
            out[start + 1..end - 1].copy_from_slice(text.as_bytes());
        }
        // Its hexadecimal digits and their brackets.
        3 => out[start + chance.below(end - start)] = b"0aF <>\n\0(%"[chance.below(10)],
        // Something behind the end: junk, or what looks like an update.
        4 => {
            let piece = chance.piece(pdf, 900).to_vec();
            out.extend(piece);
        }
        5 => {
            let number = [1, 2, 3, 10, 11, 500, 1500][chance.below(7)];
            let text = [
                "null",
                "<<>>",
                "(x)",
                "<</Type/Catalog/Pages 2 0 R>>",
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
                "<</Length 0>>\nstream\n\nendstream",
            ][chance.below(6)];
            out = documents::update(pdf, &[(number, text.to_owned())], "");
        }
        // The numbers and words that say what is signed, and what follows.
        6 => {
            let key = [
                &b"/ByteRange"[..],
                b"/Contents",
                b"startxref",
                b"%%EOF",
                b"/Prev",
            ];
            let key = key[chance.below(5)];
            if let Some(found) = out.windows(key.len()).rposition(|window| window == key) {
                let at = found + chance.below(48).min(out.len() - found - 1);
                out[at] = b"0123456789 []<>/"[chance.below(16)];
            }
        }
        _ => garble(&mut out, chance),
    }
    out
}

/// Whether every signature is there, holds, and nothing was changed after it.
fn accepted(pdf: &[u8], trust: &Trust, signatures: usize) -> bool {
    let context = Context {
        revocation: RevocationRule::IfKnown,
        ..Context::now(trust)
    };
    let Ok(mut document) = Signed::new(pdf) else {
        return false;
    };
    let intact = document.signatures().iter().all(Signature::is_intact);
    let verdicts = judge(&mut document, &context).unwrap_or_default();
    let passed = |indication| indication == Indication::TotalPassed;
    intact
        && verdicts.len() >= signatures
        && verdicts.iter().all(|verdict| passed(verdict.indication))
}

#[test]
fn nothing_is_accepted_that_pyhanko_and_pdfsig_reject() {
    let signer = Signer::new();
    let trust = signer.trust();
    let stamped = Options {
        stamp: Some(Stamp {
            page: 0,
            rect: [300.0, 60.0, 540.0, 120.0],
            lines: vec!["ROSSI MARIO".into()],
        }),
        ..Options::at(at())
    };
    let plain = sign_plain(&signer, &documents::pages(1));
    let mut originals = vec![
        ("twice", sign(&signer, &plain, &Options::at(at())), 2),
        ("plain", plain, 1),
        ("stamped", sign(&signer, &documents::tagged(), &stamped), 1),
    ];
    let streams = documents::qpdf(&documents::form(), &["--object-streams=generate"]);
    originals.extend(streams.map(|pdf| ("streams", sign(&signer, &pdf, &stamped), 1)));
    let mut chance = Chance(0x5eed);
    let (mut tried, mut files) = (0, Vec::new());
    for (name, original, signatures) in &originals {
        assert!(accepted(original, &trust, *signatures), "{name}");
        files.push((format!("{name}-sound"), original.clone()));
        for number in 0..TIMES {
            let damaged = damage(original, &mut chance);
            tried += 1;
            if damaged != *original && accepted(&damaged, &trust, *signatures) {
                files.push((format!("{name}-{number:03}"), damaged));
            }
        }
        // One that nobody may take: the judges are seen to reject.
        let mut broken = original.clone();
        broken[200] ^= 1;
        assert!(!accepted(&broken, &trust, *signatures), "{name}");
        files.push((format!("{name}-broken"), broken));
    }
    let dir = judges::lay(&files);
    let Some(opinions) = judges::pyhanko(&signer.root(), dir.path()) else {
        return;
    };
    let Some(pdfsig) = Pdfsig::new() else { return };
    let (mut alone, mut disputed) = (Vec::new(), Vec::new());
    for (name, _) in &files {
        let theirs = opinions[name].as_ref();
        let pyhanko = theirs.is_ok_and(|all| {
            let good = |one: &judges::Opinion| one.intact && one.valid && one.trusted;
            !all.is_empty() && all.iter().all(|one| good(one) && one.docmdp != Some(false))
        });
        let path = dir.path().join(format!("{name}.pdf"));
        match name.rsplit_once('-').unwrap().1 {
            "sound" => assert!(pyhanko && pdfsig.accepts(&path), "{name}: {theirs:?}"),
            "broken" => assert!(!pyhanko && !pdfsig.accepts(&path), "{name}: {theirs:?}"),
            _ if pyhanko => {}
            _ if pdfsig.accepts(&path) => disputed.push((name, theirs)),
            _ => alone.push((name, theirs)),
        }
    }
    eprintln!(
        "{tried} damaged documents, {} accepted by us, {} by pyHanko and pdfsig not; pdfsig alone accepts {disputed:#?}",
        files.len() - 2 * originals.len(),
        alone.len()
    );
    assert!(alone.is_empty(), "{alone:#?}");
}

/// pdfsig, with a database of certificates of its own.
struct Pdfsig {
    _nss: tempfile::TempDir,
    database: String,
}

impl Pdfsig {
    fn new() -> Option<Self> {
        judges::has("pdfsig").and_then(|()| judges::has("certutil"))?;
        let nss = tempfile::tempdir().unwrap();
        let database = format!("sql:{}", nss.path().display());
        let made = Command::new("certutil")
            .args(["-N", "--empty-password", "-d", &database])
            .status();
        assert!(made.unwrap().success());
        Some(Self {
            _nss: nss,
            database,
        })
    }

    /// Whether it finds signatures, and says of each that it is valid.
    fn accepts(&self, file: &Path) -> bool {
        let output = Command::new("pdfsig")
            .args(["-nocert", "-nssdir", &self.database])
            .arg(file)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let (all, valid) = (
            said.matches("Signature Validation:").count(),
            said.matches("Signature is Valid").count(),
        );
        all > 0 && all == valid
    }
}
