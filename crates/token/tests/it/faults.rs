//! Every way in which a token fails, and what is made of it.

use faulty_token::{Faults, Garbage};
use openssl::nid::Nid;
use signing::{Digest, Hash, PinState, Signer, SignerError};
use std::time::{Duration, Instant};
use token::pkcs11::Pkcs11Signer;
use tokenkit::faulty::{Faulty, PIN, is_running, pin};
use tokenkit::pki::{Usage, ec, rsa, verifies};

fn digest() -> Digest {
    Hash::Sha256.of(b"delibera")
}

/// The error of a whole attempt to sign.
fn attempt(signer: &mut Pkcs11Signer, with: &str) -> Result<Vec<u8>, SignerError> {
    let identities = signer.identities()?;
    let identity = identities.first().ok_or(SignerError::UnknownIdentity)?;
    signer.unlock(&identity.id, Some(&pin(with)))?;
    signer.sign(&identity.id, &digest())
}

#[test]
fn without_a_fault_it_signs_and_names_chain_and_device() {
    let token = Faulty::new();
    let mut signer = token.signer();
    let identities = signer.identities().unwrap();
    let [identity] = identities.as_slice() else {
        panic!("{identities:?}")
    };
    assert_eq!(identity.device, "FIRMA");
    assert_eq!(identity.chain, [token.ca.certificate.to_der().unwrap()]);
    assert_eq!(signer.pin_state(&identity.id), Ok(PinState::Ok));
    assert_eq!(
        signer.sign(&identity.id, &digest()),
        Err(SignerError::PinNeeded)
    );
    signer.unlock(&identity.id, Some(&pin(PIN))).unwrap();
    for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
        let digest = hash.of(b"delibera");
        assert!(verifies(
            identity,
            &digest,
            &signer.sign(&identity.id, &digest).unwrap()
        ));
    }
    // One login for all of them; and the token is left logged out.
    assert_eq!(token.count("login"), 1);
    signer.lock();
    assert_eq!(token.count("logout"), 1);
    assert_eq!(
        signer.sign(&identity.id, &digest()),
        Err(SignerError::PinNeeded)
    );
}

#[test]
fn a_wrong_pin_counts_down_until_it_locks_and_no_try_is_wasted() {
    let token = Faulty::new();
    let mut signer = token.signer();
    let id = signer.identities().unwrap()[0].id.clone();
    assert_eq!(signer.unlock(&id, None), Err(SignerError::PinNeeded));
    assert_eq!(
        signer.unlock(&id, Some(&pin(""))),
        Err(SignerError::PinNeeded)
    );
    assert_eq!(token.count("login"), 0);
    assert_eq!(
        signer.unlock(&id, Some(&pin("0000"))),
        Err(SignerError::WrongPin(PinState::FewTriesLeft))
    );
    assert_eq!(signer.pin_state(&id), Ok(PinState::FewTriesLeft));
    assert_eq!(
        signer.unlock(&id, Some(&pin("1111"))),
        Err(SignerError::WrongPin(PinState::LastTry))
    );
    assert_eq!(
        signer.unlock(&id, Some(&pin("2222"))),
        Err(SignerError::Locked)
    );
    assert_eq!(token.count("login"), 3);
    // Known to be locked: the right one is not even sent.
    assert_eq!(
        signer.unlock(&id, Some(&pin(PIN))),
        Err(SignerError::Locked)
    );
    assert_eq!(token.count("login"), 3);
    assert_eq!(signer.pin_state(&id), Ok(PinState::Locked));
}

#[test]
fn the_right_pin_sets_the_tries_back() {
    let token = Faulty::new();
    let mut signer = token.signer();
    assert_eq!(
        attempt(&mut signer, "0000"),
        Err(SignerError::WrongPin(PinState::FewTriesLeft))
    );
    assert!(attempt(&mut signer, PIN).is_ok());
    let id = signer.identities().unwrap()[0].id.clone();
    assert_eq!(signer.pin_state(&id), Ok(PinState::Ok));
    // Unlocked already: a wrong PIN must not pass on the strength of the session that is open.
    assert_eq!(
        signer.unlock(&id, Some(&pin("0000"))),
        Err(SignerError::WrongPin(PinState::FewTriesLeft))
    );
    assert_eq!(signer.sign(&id, &digest()), Err(SignerError::PinNeeded));
}

#[test]
fn a_pin_that_cannot_be_used_says_why() {
    for (to_be_changed, no_pin, state) in [
        (true, false, PinState::ToBeChanged),
        (false, true, PinState::NotSet),
    ] {
        let mut token = Faulty::new();
        token.config.slots[0].to_be_changed = to_be_changed;
        token.config.slots[0].no_pin = no_pin;
        let mut signer = token.signer();
        let id = signer.identities().unwrap()[0].id.clone();
        assert_eq!(signer.pin_state(&id), Ok(state));
        assert_eq!(
            signer.unlock(&id, Some(&pin(PIN))),
            Err(SignerError::PinNotReady(state))
        );
    }
}

#[test]
fn on_a_reader_with_keys_no_pin_is_sent_even_if_one_was_typed() {
    let mut token = Faulty::new();
    token.config.slots[0].pinpad = true;
    token.config.slots[0].always_authenticate = true;
    let mut signer = token.signer();
    let identity = signer.identities().unwrap().remove(0);
    assert_eq!(signer.pin_state(&identity.id), Ok(PinState::OnReader));
    signer.unlock(&identity.id, Some(&pin("1234"))).unwrap();
    let signature = signer.sign(&identity.id, &digest()).unwrap();
    assert!(verifies(&identity, &digest(), &signature));
    assert_eq!(
        token.calls(),
        ["login 0 user reader", "login 0 context reader", "signed 0"]
    );
}

#[test]
fn the_red_key_of_the_reader_is_a_cancel() {
    let mut token = Faulty::new();
    token.config.slots[0].pinpad = true;
    token.config.faults.cancelled_on_reader = true;
    let mut signer = token.signer();
    let id = signer.identities().unwrap()[0].id.clone();
    assert_eq!(signer.unlock(&id, None), Err(SignerError::Cancelled));
}

#[test]
fn a_key_that_wants_the_pin_each_time_gets_it() {
    for key in [rsa(2048), ec(Nid::X9_62_PRIME256V1), ec(Nid::SECP384R1)] {
        let mut token = Faulty::with_key(&key);
        token.config.slots[0].always_authenticate = true;
        let mut signer = token.signer();
        let id = signer.identities().unwrap()[0].id.clone();
        signer.unlock(&id, Some(&pin(PIN))).unwrap();
        let identity = signer.identities().unwrap().remove(0);
        assert!(identity.pin_each_time && identity.id == id);
        for text in ["a", "b"] {
            let digest = Hash::Sha384.of(text.as_bytes());
            assert!(verifies(
                &identity,
                &digest,
                &signer.sign(&id, &digest).unwrap()
            ));
        }
        assert_eq!(token.count("login 0 context pin"), 2);
    }
}

#[test]
fn the_certificate_that_signs_is_found_in_the_second_slot_with_its_own_pin() {
    // OpenSC#2782: one card, two slots, two PINs; the first one's certificate is for logging in.
    let mut token = Faulty::empty();
    let first = token.token("CNS", "11111", &rsa(2048), Usage::LoggingIn);
    let second = token.token("FIRMA", "22222222", &rsa(2048), Usage::Signing);
    token.config.slots = vec![first, second];
    let mut signer = token.signer();
    let identities = signer.identities().unwrap();
    let [identity] = identities.as_slice() else {
        panic!("{identities:?}")
    };
    assert_eq!(identity.device, "FIRMA");
    let wrong = signer.unlock(&identity.id, Some(&pin("11111")));
    assert_eq!(wrong, Err(SignerError::WrongPin(PinState::FewTriesLeft)));
    signer.unlock(&identity.id, Some(&pin("22222222"))).unwrap();
    assert!(verifies(
        identity,
        &digest(),
        &signer.sign(&identity.id, &digest()).unwrap()
    ));
    assert!(
        token.calls().iter().all(|call| !call.contains(" 0")),
        "{:?}",
        token.calls()
    );
}

#[test]
fn two_that_sign_are_told_apart_and_each_signs_with_its_key() {
    let mut token = Faulty::empty();
    let first = token.token("SINDACO", "11111", &rsa(2048), Usage::Signing);
    let second = token.token(
        "SEGRETARIO",
        "22222",
        &ec(Nid::X9_62_PRIME256V1),
        Usage::Signing,
    );
    token.config.slots = vec![first, second];
    let mut signer = token.signer();
    let identities = signer.identities().unwrap();
    assert_eq!(identities.len(), 2);
    assert_ne!(identities[0].id, identities[1].id);
    for (identity, with) in identities.iter().zip(["11111", "22222"]) {
        signer.unlock(&identity.id, Some(&pin(with))).unwrap();
    }
    for identity in &identities {
        assert!(verifies(
            identity,
            &digest(),
            &signer.sign(&identity.id, &digest()).unwrap()
        ));
    }
}

#[test]
fn a_key_is_found_without_its_id_too() {
    let mut token = Faulty::new();
    token.config.slots[0].key_id = vec![0xee];
    assert!(attempt(&mut token.signer(), PIN).is_ok());
}

#[test]
fn the_key_of_another_certificate_is_noticed() {
    let mut token = Faulty::new();
    let other = rsa(2048).private_key_to_pem_pkcs8().unwrap();
    std::fs::write(token.dir.path().join("FIRMA.key"), other).unwrap();
    let answer = attempt(&mut token.signer(), PIN);
    assert!(
        matches!(&answer, Err(SignerError::Device(why)) if why.contains("certificate")),
        "{answer:?}"
    );
    token.config.slots[0].key = None;
    assert!(matches!(
        attempt(&mut token.signer(), PIN),
        Err(SignerError::Key(_))
    ));
}

#[test]
fn no_certificate_no_token_no_driver() {
    let mut token = Faulty::new();
    token.config.slots[0].certificates.clear();
    assert_eq!(token.signer().identities(), Ok(vec![]));
    token.config.slots[0].empty = true;
    assert_eq!(token.signer().identities(), Err(SignerError::NoToken));
    let mut options = token.options();
    options.module = token.dir.path().join("no-such-module.so");
    assert!(matches!(
        Pkcs11Signer::new(options).identities(),
        Err(SignerError::Driver(_))
    ));
    let mut options = token.options();
    options.module = token.dir.path().join("config.json"); // there, but no library
    assert!(matches!(
        Pkcs11Signer::new(options).identities(),
        Err(SignerError::Driver(_))
    ));
    let mut options = token.options();
    options.helper = token.dir.path().join("no-such-helper");
    assert!(matches!(
        Pkcs11Signer::new(options).identities(),
        Err(SignerError::Driver(_))
    ));
}

#[test]
fn what_is_pulled_out_is_told_and_comes_back_under_the_same_name() {
    let mut token = Faulty::new();
    token.faults(Faults {
        removed_at: Some(2),
        ..Faults::default()
    });
    let mut signer = token.signer();
    let id = signer.identities().unwrap()[0].id.clone();
    signer.unlock(&id, Some(&pin(PIN))).unwrap();
    assert!(signer.sign(&id, &digest()).is_ok());
    assert_eq!(signer.sign(&id, &digest()), Err(SignerError::Removed));
    token.faults(Faults::default());
    assert_eq!(signer.sign(&id, &digest()), Err(SignerError::NoToken));
    token.put_in_again();
    assert_eq!(signer.sign(&id, &digest()), Err(SignerError::PinNeeded));
    signer.unlock(&id, Some(&pin(PIN))).unwrap();
    assert!(signer.sign(&id, &digest()).is_ok());
}

#[test]
fn a_driver_that_hangs_is_stopped_in_time_wherever_it_hangs() {
    for function in [
        "C_Initialize",
        "C_GetSlotList",
        "C_GetTokenInfo",
        "C_FindObjects",
        "C_Login",
        "C_Sign",
    ] {
        let mut token = Faulty::new();
        token.faults(Faults {
            hang_in: Some(function.into()),
            ..Faults::default()
        });
        // Only the call that hangs is short of time: a loaded machine must not fail the others.
        let short = Duration::from_millis(700);
        match function {
            "C_Initialize" => token.patience.load = short,
            "C_Login" => token.patience.login = short,
            "C_Sign" => token.patience.sign = short,
            _ => token.patience.list = short,
        }
        let mut signer = token.signer();
        let start = Instant::now();
        let answer = attempt(&mut signer, PIN);
        assert!(
            matches!(answer, Err(SignerError::DriverStopped(_))),
            "{function}: {answer:?}"
        );
        assert!(
            start.elapsed() < Duration::from_secs(15),
            "{function}: {:?}",
            start.elapsed()
        );
        assert_eq!(signer.helper_id(), None);
        // The next attempt is a new one, in a new helper.
        token.faults(Faults::default());
        if matches!(function, "C_Login" | "C_Sign") {
            assert!(!signer.identities().unwrap().is_empty());
        }
    }
}

#[test]
fn a_driver_that_crashes_takes_only_its_helper_along() {
    for function in [
        "C_Initialize",
        "C_GetSlotInfo",
        "C_GetAttributeValue",
        "C_Login",
        "C_SignInit",
        "C_Sign",
    ] {
        let mut token = Faulty::new();
        token.faults(Faults {
            abort_in: Some(function.into()),
            ..Faults::default()
        });
        let mut signer = token.signer();
        let answer = attempt(&mut signer, PIN);
        assert!(
            matches!(&answer, Err(SignerError::DriverStopped(why)) if why.contains("signal: 6")),
            "{function}: {answer:?}"
        );
        token.faults(Faults::default());
        assert!(attempt(&mut signer, PIN).is_ok(), "{function}");
    }
}

#[test]
fn a_slow_token_is_waited_for() {
    let mut token = Faulty::new();
    token.faults(Faults {
        sign_ms: 400,
        ..Faults::default()
    });
    let start = Instant::now();
    assert!(attempt(&mut token.signer(), PIN).is_ok());
    assert!(start.elapsed() >= Duration::from_millis(400));
}

#[test]
fn nonsense_is_refused_not_believed() {
    let cases = [
        Garbage::Signature,
        Garbage::SignatureLength,
        Garbage::Certificate,
        Garbage::CertificateLength,
        Garbage::SlotCount,
        Garbage::Objects,
    ];
    for garbage in cases {
        let mut token = Faulty::new();
        token.faults(Faults {
            garbage: Some(garbage),
            ..Faults::default()
        });
        let answer = attempt(&mut token.signer(), PIN);
        let expected = match garbage {
            Garbage::Signature | Garbage::SignatureLength => {
                matches!(answer, Err(SignerError::Device(_)))
            }
            // A certificate that is none does not sign; the token is there all the same.
            Garbage::Certificate | Garbage::CertificateLength => {
                answer == Err(SignerError::UnknownIdentity)
            }
            Garbage::SlotCount => matches!(answer, Err(SignerError::DriverStopped(_))),
            // The first ones are looked at, and no more; that each is the same is the token's business.
            Garbage::Objects => !matches!(answer, Err(SignerError::DriverStopped(_))),
        };
        assert!(expected, "{garbage:?}: {answer:?}");
    }
}

#[test]
fn a_driver_that_prints_does_not_disturb() {
    let mut token = Faulty::new();
    token.faults(Faults {
        chatter: true,
        ..Faults::default()
    });
    assert!(attempt(&mut token.signer(), PIN).is_ok());
}

#[test]
fn a_cancel_ends_what_hangs_and_can_be_taken_back() {
    let mut token = Faulty::new();
    token.faults(Faults {
        hang_in: Some("C_Sign".into()),
        ..Faults::default()
    });
    let mut signer = token.signer();
    let id = signer.identities().unwrap()[0].id.clone();
    signer.unlock(&id, Some(&pin(PIN))).unwrap();
    let helper = signer.helper_id().unwrap();
    let cancel = token.cancel.clone();
    let other = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        cancel.cancel();
    });
    let start = Instant::now();
    assert_eq!(signer.sign(&id, &digest()), Err(SignerError::Cancelled));
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    other.join().unwrap();
    assert!(!is_running(helper));
    assert_eq!(signer.identities(), Err(SignerError::Cancelled));
    token.cancel.reset();
    token.faults(Faults::default());
    assert!(attempt(&mut signer, PIN).is_ok());
}

#[test]
fn a_signature_that_comes_just_after_the_cancel_is_not_thrown_away() {
    let mut token = Faulty::new();
    token.faults(Faults {
        sign_ms: 250,
        ..Faults::default()
    });
    let mut signer = token.signer();
    let id = signer.identities().unwrap()[0].id.clone();
    signer.unlock(&id, Some(&pin(PIN))).unwrap();
    let cancel = token.cancel.clone();
    let other = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        cancel.cancel();
    });
    let signed = signer.sign(&id, &digest());
    other.join().unwrap();
    // On a machine under load the signature may be later than the last moment: then it is a cancel.
    assert!(signed.is_ok() || signed == Err(SignerError::Cancelled));
    assert_eq!(signer.sign(&id, &digest()), Err(SignerError::Cancelled));
}

#[test]
fn a_hash_of_a_wrong_length_does_not_reach_the_token() {
    let token = Faulty::new();
    let mut signer = token.signer();
    let id = signer.identities().unwrap()[0].id.clone();
    signer.unlock(&id, Some(&pin(PIN))).unwrap();
    let short = Digest {
        hash: Hash::Sha256,
        bytes: vec![7; 20],
    };
    assert!(matches!(signer.sign(&id, &short), Err(SignerError::Key(_))));
    assert_eq!(token.count("signed"), 0);
}
