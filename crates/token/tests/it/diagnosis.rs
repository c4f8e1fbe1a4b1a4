//! What is said about a device.

use faulty_token::{Faults, Garbage, Slot};
use jiff::{Timestamp, ToSpan as _};
use openssl::nid::Nid;
use signing::{PinState, Signer, SignerError};
use token::diagnosis::{Finding, examine, is_ready, of, test_signature};
use tokenkit::faulty::{Faulty, PIN, pin};
use tokenkit::pki::{Usage, ec, public, rsa};

fn now() -> Timestamp {
    Timestamp::now()
}

fn findings(token: &Faulty) -> Vec<Finding> {
    examine(&mut token.signer(), now())
}

#[test]
fn all_is_well() {
    let token = Faulty::new();
    let found = findings(&token);
    let [
        Finding::Ready {
            token: label,
            on_reader: false,
            until,
        },
    ] = found.as_slice()
    else {
        panic!("{found:?}")
    };
    assert_eq!(label, "FIRMA");
    let days = until.duration_since(now()).as_hours() / 24;
    assert!((298..=300).contains(&days), "{days}");
    assert!(is_ready(&found));
}

#[test]
fn no_reader_no_service_no_card() {
    let token = Faulty::empty();
    let found = findings(&token);
    assert!(
        matches!(
            found.as_slice(),
            [Finding::NoReader | Finding::NoReaderService]
        ),
        "{found:?}"
    );
    assert_eq!(of(&[], false, now()), [Finding::NoReaderService]);
    assert_eq!(of(&[], true, now()), [Finding::NoReader]);
    let mut token = Faulty::empty();
    token.config.slots = vec![Slot {
        reader: "miniLector".into(),
        empty: true,
        ..Slot::default()
    }];
    assert_eq!(
        findings(&token),
        [Finding::NoCard {
            readers: vec!["miniLector".into()]
        }]
    );
}

#[test]
fn a_card_of_another_vendor() {
    let mut token = Faulty::new();
    token.config.slots[0].unknown = true;
    let found = findings(&token);
    assert!(
        matches!(&found[..], [Finding::UnknownCard { reader, why: Some(_) }] if reader == "Reader of FIRMA"),
        "{found:?}"
    );
}

#[test]
fn a_broken_driver() {
    for faults in [
        Faults {
            abort_in: Some("C_GetSlotList".into()),
            ..Faults::default()
        },
        Faults {
            garbage: Some(Garbage::SlotCount),
            ..Faults::default()
        },
    ] {
        let mut token = Faulty::new();
        token.faults(faults);
        let found = findings(&token);
        assert!(
            matches!(
                &found[..],
                [Finding::DriverBroken {
                    why: SignerError::DriverStopped(_)
                }]
            ),
            "{found:?}"
        );
        assert!(!is_ready(&found));
    }
}

#[test]
fn the_wrong_slot_is_told_from_no_certificate_at_all() {
    let mut token = Faulty::empty();
    let cns = token.token("CNS", "11111", &ec(Nid::X9_62_PRIME256V1), Usage::LoggingIn);
    token.config.slots = vec![cns.clone()];
    assert_eq!(
        findings(&token),
        [Finding::NoSigningCertificate {
            token: "CNS".into(),
            others: 2
        }]
    );
    let firma = token.token("FIRMA", "22222", &ec(Nid::X9_62_PRIME256V1), Usage::Signing);
    token.config.slots = vec![cns, firma];
    let found = findings(&token);
    assert_eq!(
        found[0],
        Finding::WrongSlot {
            here: "CNS".into(),
            signs: "FIRMA".into()
        }
    );
    assert!(is_ready(&found));
}

#[test]
fn pins_that_are_not_simply_ready() {
    let mut token = Faulty::new();
    let mut signer = token.signer();
    let id = signer.identities().unwrap()[0].id.clone();
    let label = "FIRMA".to_owned();
    for (state, ready) in [
        (PinState::FewTriesLeft, true),
        (PinState::LastTry, true),
        (PinState::Locked, false),
    ] {
        assert!(signer.unlock(&id, Some(&pin("0000"))).is_err());
        let found = findings(&token);
        assert_eq!(
            found[0],
            Finding::Pin {
                token: label.clone(),
                state
            }
        );
        assert_eq!(is_ready(&found), ready, "{found:?}");
    }
    std::fs::remove_file(token.dir.path().join("wrong-0")).unwrap();
    token.config.slots[0].to_be_changed = true;
    assert_eq!(
        findings(&token),
        [Finding::Pin {
            token: label,
            state: PinState::ToBeChanged
        }]
    );
}

#[test]
fn certificates_whose_time_is_not_now() {
    let token = |from: i64, until: i64| {
        let mut token = Faulty::empty();
        let key = ec(Nid::X9_62_PRIME256V1);
        let mut slot = token.token("FIRMA", PIN, &key, Usage::Signing);
        slot.certificates.clear();
        let certificate =
            token
                .ca
                .issue_for(&public(&key), "ROSSI MARIO", Usage::Signing, from, until);
        token.add(&mut slot, &certificate, vec![1]);
        token.config.slots = vec![slot];
        token
    };
    let second = |at: Timestamp| at.as_second();
    let (past, future) = (now() - 48.hours(), now() + 48.hours());
    let found = findings(&token(second(past) - 1000, second(past)));
    let since = Timestamp::from_second(second(past)).unwrap();
    assert_eq!(
        found,
        [Finding::Expired {
            token: "FIRMA".into(),
            since
        }]
    );
    let found = findings(&token(second(future), second(future) + 1000));
    let from = Timestamp::from_second(second(future)).unwrap();
    assert_eq!(
        found,
        [Finding::NotYetValid {
            token: "FIRMA".into(),
            from
        }]
    );
    let mut curve = Faulty::with_key(&ec(Nid::SECP521R1));
    assert_eq!(
        findings(&curve),
        [Finding::UnsupportedKey {
            token: "FIRMA".into()
        }]
    );
    curve.config.slots[0].certificates.clear();
    assert_eq!(
        findings(&curve),
        [Finding::NoSigningCertificate {
            token: "FIRMA".into(),
            others: 0
        }]
    );
}

#[test]
fn the_test_signature_is_made_and_checked() {
    let mut token = Faulty::with_key(&rsa(2048));
    token.faults(Faults {
        sign_ms: 50,
        ..Faults::default()
    });
    let mut signer = token.signer();
    let identity = signer.identities().unwrap().remove(0);
    assert_eq!(
        test_signature(&mut signer, &identity, now()),
        Err(SignerError::PinNeeded)
    );
    signer.unlock(&identity.id, Some(&pin(PIN))).unwrap();
    assert!(
        test_signature(&mut signer, &identity, now())
            .unwrap()
            .as_millis()
            >= 50
    );
}
