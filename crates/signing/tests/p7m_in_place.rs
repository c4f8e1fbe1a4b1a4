//! What is judged where it lies gets the verdict that it gets in memory, however it is written and whatever is wrong
//! with it.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod authority;

use authority::{Authority, Issued, run};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use signing::Indication;
use signing::verify::{Content, Context, InPlaceError, Innermost, RevocationRule, file, in_place};
use std::io::Cursor;

const CONTENT: &[u8] = b"%PDF-1.7 \xe2\xe3 Determinazione n. 3";
const ENVELOPING: [&str; 3] = ["-cades", "-nosmimecap", "-nodetach"];

/// Judges both ways, which must agree in everything; gives the answer of both, none where it is no signature.
fn both(
    bytes: &[u8],
    beside: Option<&dyn Content>,
    context: &Context<'_>,
) -> Option<(Indication, Option<Vec<u8>>)> {
    let memory = file(bytes, beside, context);
    let lying = in_place(Cursor::new(bytes), beside, context);
    match (memory, lying) {
        (Ok(mut memory), Ok(lying)) => {
            let content = memory.content.take();
            assert_eq!(memory, lying.verdict);
            let found = match lying.content {
                Innermost::Beside => None,
                Innermost::At(range) => {
                    let place = usize::try_from(range.start).unwrap();
                    let end = usize::try_from(range.end).unwrap();
                    Some(bytes[place..end].to_vec())
                }
                Innermost::Bytes(bytes) => Some(bytes),
            };
            assert_eq!(content, found);
            Some((memory.indication, content))
        }
        (Err(memory), Err(InPlaceError::Read(lying))) => {
            assert_eq!(memory, lying);
            None
        }
        (memory, lying) => panic!("{memory:?} in memory, {lying:?} where it lies"),
    }
}

fn world() -> Option<(Authority, Issued)> {
    let mut authority = Authority::new()?;
    let rossi = authority.issue("Rossi", "signer");
    Some((authority, rossi))
}

#[test]
fn every_way_of_writing_it_gets_the_same_verdict() {
    let Some((authority, rossi)) = world() else {
        return;
    };
    let trust = authority.trust();
    let context = Context {
        revocation: RevocationRule::IfKnown,
        ..Context::now(&trust)
    };
    let once = authority.cms(CONTENT, &rossi, &ENVELOPING);
    let twice = authority.cms(&once, &rossi, &ENVELOPING);
    let stream = ["-cades", "-nosmimecap", "-nodetach", "-stream", "-indef"];
    let ber = authority.cms(CONTENT, &rossi, &stream);
    let mixed = authority.cms(&ber, &rossi, &ENVELOPING);
    let text = STANDARD.encode(&once);
    let wrapped = authority.cms(text.as_bytes(), &rossi, &ENVELOPING);
    std::fs::write(authority.path().join("once.p7m"), &once).unwrap();
    run(
        authority.path(),
        &[
            "cms", "-cmsout", "-inform", "DER", "-in", "once.p7m", "-outform", "PEM", "-out", "pem",
        ],
    );
    let pem = std::fs::read(authority.path().join("pem")).unwrap();
    let letter = [b"Gentile collega,\n\n", &pem[..]].concat();
    let posted = authority.cms(&letter, &rossi, &ENVELOPING);
    let trailing = [&once[..], b"\0\0after"].concat();
    let all = [
        ("once", &once, 1),
        ("twice", &twice, 2),
        ("ber", &ber, 1),
        ("ber in der", &mixed, 2),
        ("base64 in der", &wrapped, 2),
        ("pem", &pem, 1),
        ("pem in a letter in der", &posted, 2),
        ("trailing", &trailing, 1),
    ];
    for (name, bytes, layers) in all {
        let (answer, content) = both(bytes, None, &context).expect(name);
        assert_eq!(answer, Indication::TotalPassed, "{name}");
        assert_eq!(content.as_deref(), Some(CONTENT), "{name}");
        assert_eq!(
            file(bytes, None, &context).unwrap().layers.len(),
            layers,
            "{name}"
        );
    }
    let bare = authority.cms(CONTENT, &rossi, &["-cades", "-nosmimecap"]);
    assert_eq!(
        both(&bare, Some(&CONTENT), &context),
        Some((Indication::TotalPassed, None))
    );
    both(&bare, None, &context);
    both(&once, Some(&CONTENT), &context);
    let plain = authority.cms(b"nessuna firma dentro", &rossi, &ENVELOPING);
    both(&plain, None, &context);
    for none in [&b""[..], b"0", b"MIIB", b"-----BEGIN", b"\x30\x80", CONTENT] {
        assert_eq!(both(none, None, &context), None, "{none:?}");
    }
}

#[test]
fn whatever_is_wrong_with_it_is_found_both_ways() {
    let Some((authority, rossi)) = world() else {
        return;
    };
    let trust = authority.trust();
    let context = Context::now(&trust);
    let once = authority.cms(CONTENT, &rossi, &ENVELOPING);
    let twice = authority.cms(&once, &rossi, &ENVELOPING);
    // The frame with all its lengths, octet by octet; then the rest in steps. And cut anywhere.
    for bytes in [&once, &twice] {
        let places = (0..160).chain((160..bytes.len()).step_by(13));
        for at in places.filter(|at| *at < bytes.len()) {
            for change in [1, 0x80, 0xff] {
                let mut other = bytes.clone();
                other[at] ^= change;
                both(&other, None, &context);
            }
            both(&bytes[..at], None, &context);
        }
    }
}
