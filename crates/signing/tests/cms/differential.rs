//! Damaged files: whatever we accept, openssl must accept too, with the same content; and pyHanko where there is one
//! signer (it reads no more).

use crate::forge::Forge;
use crate::judges;
use crate::pki::{self, Ca, Signer};
use crate::read::{context, trust};
use signing::Indication;
use signing::verify::file;

/// Numbers that look like chance and are the same at every run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// One damage.
fn mutate(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let at = chance.below(out.len());
    match chance.below(8) {
        0..=3 => out[at] ^= 1 << chance.below(8),
        4 => out[at] = chance.below(256) as u8,
        5 => drop(out.remove(at)),
        6 => out.insert(at, chance.below(256) as u8),
        _ => {
            // A piece from elsewhere: members twice, in another order, missing.
            let length = chance.below(200).min(out.len() - at);
            let piece = out[at..at + length].to_vec();
            let to = chance.below(out.len());
            if chance.below(2) == 0 {
                out.drain(at..at + length);
            }
            let to = to.min(out.len());
            out.splice(to..to, piece);
        }
    }
    out
}

#[test]
fn nothing_is_accepted_that_openssl_or_pyhanko_rejects() {
    let ca = Ca::new("Root");
    let trust = trust(&ca);
    let dir = tempfile::tempdir().unwrap();
    let one = ca.signer("ROSSI MARIO", pki::p256());
    let two = ca.signer("VERDI UGO", pki::p256());
    let content = b"Il Sindaco ordina";
    let words = ["-sign", "-nodetach", "-outform", "DER"];
    let Some(der) = judges::cms_sign(dir.path(), &one, content, &words) else {
        return;
    };
    let ber = judges::cms_sign(
        dir.path(),
        &one,
        content,
        &[&words[..], &["-stream"]].concat(),
    )
    .unwrap();
    let words = ["-resign", "-inform", "DER", "-outform", "DER", "-nodetach"];
    let parallel = judges::cms_sign(dir.path(), &two, &der, &words).unwrap();
    let ours = Forge::good(&one, content).make(&one);
    let mut chance = Chance(0x5eed);
    let (mut tried, mut accepted, mut wrong) = (0, 0, Vec::new());
    let mut for_pyhanko = Vec::new();
    for (original, signers) in [(&der, 1), (&ber, 1), (&parallel, 2), (&ours, 1)] {
        assert_eq!(
            file(original, None, &context(&trust)).unwrap().indication,
            Indication::TotalPassed
        );
        for _ in 0..400 {
            let damaged = mutate(original, &mut chance);
            tried += 1;
            let Ok(verdict) = file(&damaged, None, &context(&trust)) else {
                continue;
            };
            if verdict.indication != Indication::TotalPassed {
                continue;
            }
            accepted += 1;
            match judges::cms_verify(dir.path(), &ca, &damaged, None).unwrap() {
                Ok(out) if Some(&out) == verdict.content.as_ref() => {
                    if signers == 1 {
                        let name = format!("{tried:04}");
                        let parts = difference(original, &damaged);
                        for_pyhanko.push((name, damaged, parts));
                    }
                }
                Ok(_) => wrong.push(("another content".to_owned(), difference(original, &damaged))),
                Err(said) => wrong.push((said, difference(original, &damaged))),
            }
        }
    }
    eprintln!(
        "{tried} damaged files, {accepted} accepted by both, {} by us alone",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    let sound = [("sound".to_owned(), der, String::new())];
    let unsound = [("unsound".to_owned(), not_signed_so(&one), String::new())];
    for_pyhanko.extend(sound.into_iter().chain(unsound));
    let files: Vec<_> = for_pyhanko
        .iter()
        .map(|(name, bytes, _)| (name.clone(), bytes.clone()))
        .collect();
    let Some(verdicts) = judges::pyhanko(&ca, &files) else {
        return;
    };
    assert_eq!((verdicts["sound"], verdicts["unsound"]), (true, false));
    if let Some(third) = judges::bouncy_castle(&ca, &files) {
        let refused = third.values().filter(|fine| !**fine).count() - 1;
        eprintln!("Bouncy Castle rejects {refused} of {}", files.len() - 2);
    }
    let alone: Vec<_> = for_pyhanko
        .iter()
        .filter(|(name, ..)| !verdicts[name] && name != "unsound")
        .map(|(name, _, difference)| (name, difference))
        .collect();
    eprintln!(
        "pyHanko rejects {} of {} that openssl and we accept",
        alone.len(),
        files.len() - 2
    );
    assert!(alone.is_empty(), "{alone:#?}");
}

/// A file whose signature is of other bytes: the judge is seen to reject.
fn not_signed_so(signer: &Signer) -> Vec<u8> {
    let mut forge = Forge::good(signer, b"Il Sindaco ordina");
    forge.content = Some(b"Il Sindaco revoca".to_vec());
    forge.make(signer)
}

/// Where two files part, and how they go on.
fn difference(one: &[u8], other: &[u8]) -> String {
    let at = one
        .iter()
        .zip(other)
        .take_while(|(one, other)| one == other)
        .count();
    let piece = |bytes: &[u8]| {
        let from = at.saturating_sub(6).min(bytes.len());
        bytes[from..(at + 6).min(bytes.len())]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    format!(
        "at {at} of {}: {} -> {}",
        one.len(),
        piece(one),
        piece(other)
    )
}
