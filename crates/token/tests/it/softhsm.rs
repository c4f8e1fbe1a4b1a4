//! A module that is not ours: SoftHSM2.

use crate::secrets::{Bare, memory_holds};
use openssl::nid::Nid;
use signing::{Hash, KeyKind, PinState, Signer, SignerError};
use token::wire::{Reply, Request};
use tokenkit::canary::canary;
use tokenkit::faulty::pin;
use tokenkit::pki::{ec, verifies};
use tokenkit::softhsm::SoftHsm;

#[test]
fn every_kind_of_key_signs() {
    let Some(hsm) = SoftHsm::new() else { return };
    hsm.token("comune", "123456");
    hsm.key("comune", "123456", "rsa:2048", "01", &[]);
    hsm.key("comune", "123456", "rsa:4096", "02", &[]);
    hsm.key("comune", "123456", "EC:prime256v1", "03", &[]);
    hsm.import("comune", "123456", &ec(Nid::SECP384R1), "04");
    hsm.key("comune", "123456", "rsa:2048", "05", &["--always-auth"]);
    let mut signer = hsm.signer();
    let identities = signer.identities().unwrap();
    let mut kinds: Vec<KeyKind> = identities.iter().map(|i| i.key).collect();
    kinds.sort_by_key(|kind| format!("{kind:?}"));
    let expected = [
        KeyKind::P256,
        KeyKind::P384,
        KeyKind::Rsa(2048),
        KeyKind::Rsa(2048),
        KeyKind::Rsa(4096),
    ];
    assert_eq!(kinds, expected);
    assert!(
        identities
            .iter()
            .all(|identity| identity.device == "comune")
    );
    signer
        .unlock(&identities[0].id, Some(&pin("123456")))
        .unwrap();
    let identities = signer.identities().unwrap();
    assert_eq!(
        identities
            .iter()
            .filter(|identity| identity.pin_each_time)
            .count(),
        1
    );
    for identity in &identities {
        for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            let digest = hash.of(b"ordinanza");
            let signature = signer.sign(&identity.id, &digest).unwrap();
            assert!(
                verifies(identity, &digest, &signature),
                "{:?} {hash:?}",
                identity.key
            );
        }
    }
}

#[test]
fn two_tokens_have_two_pins() {
    let Some(hsm) = SoftHsm::new() else { return };
    hsm.token("sindaco", "111111");
    hsm.token("segretario", "222222");
    hsm.key("sindaco", "111111", "EC:prime256v1", "01", &[]);
    hsm.key("segretario", "222222", "EC:prime256v1", "01", &[]);
    let mut signer = hsm.signer();
    let identities = signer.identities().unwrap();
    assert_eq!(identities.len(), 2);
    for identity in &identities {
        let (right, wrong) = if identity.device == "sindaco" {
            ("111111", "222222")
        } else {
            ("222222", "111111")
        };
        assert!(matches!(
            signer.unlock(&identity.id, Some(&pin(wrong))),
            Err(SignerError::WrongPin(_))
        ));
        assert_eq!(signer.pin_state(&identity.id), Ok(PinState::FewTriesLeft));
        signer.unlock(&identity.id, Some(&pin(right))).unwrap();
        assert_eq!(signer.pin_state(&identity.id), Ok(PinState::Ok));
    }
    for identity in &identities {
        let digest = Hash::Sha256.of(identity.device.as_bytes());
        assert!(verifies(
            identity,
            &digest,
            &signer.sign(&identity.id, &digest).unwrap()
        ));
    }
}

#[test]
fn its_memory_forgets_the_pin_too() {
    let Some(hsm) = SoftHsm::new() else { return };
    let canary = canary();
    hsm.token("comune", &canary);
    hsm.key("comune", &canary, "EC:prime256v1", "01", &["--always-auth"]);
    let options = hsm.options();
    let mut helper = Bare::of(&options.helper, &options.module, &options.env);
    let process = helper.child.id();
    let Reply::Slots(slots) = helper.ask(&Request::Slots, "") else {
        panic!("no slots")
    };
    let slot = slots
        .iter()
        .find(|slot| !slot.certificates.is_empty())
        .unwrap()
        .slot;
    assert_eq!(helper.ask(&Request::Login { slot }, &canary), Reply::Done);
    let Some(found) = memory_holds(process, &canary) else {
        eprintln!("SKIPPED: /proc/{process}/mem may not be read by this user");
        return;
    };
    assert!(
        found,
        "the search does not find what is kept for the key that wants it each time"
    );
    assert_eq!(helper.ask(&Request::Lock, ""), Reply::Done);
    assert_eq!(memory_holds(process, &canary), Some(false));
}

/// Run by hand (`--ignored --nocapture`, an optimised build): the helper against the module in one process.
#[test]
#[ignore = "a measurement, for an optimised build"]
fn rate_of_a_batch_against_the_raw_module() {
    const NAME: &str = "softhsm::rate_of_a_batch_against_the_raw_module";
    // The module reads its configuration when it is loaded, from a file that the environment names, and a test
    // cannot change its own: it starts itself again.
    if let Some(dir) = std::env::var_os("RATE_OF") {
        return rate(std::path::Path::new(&dir));
    }
    let Some(hsm) = SoftHsm::new() else { return };
    hsm.token("comune", "123456");
    hsm.key("comune", "123456", "rsa:2048", "01", &[]);
    hsm.key("comune", "123456", "EC:prime256v1", "03", &[]);
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", NAME])
        .env("RATE_OF", &hsm.module)
        .env("SOFTHSM2_CONF", hsm.dir.path().join("softhsm2.conf"))
        .status();
    assert!(status.unwrap().success());
}

fn rate(module: &std::path::Path) {
    use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
    use cryptoki::mechanism::Mechanism;
    use cryptoki::object::{Attribute, ObjectClass};
    use cryptoki::session::UserType;
    use std::time::Instant;

    const MANY: u32 = 400;
    let options = token::pkcs11::Options {
        module: module.into(),
        helper: env!("CARGO_BIN_EXE_firma-token").into(),
        env: vec![],
        patience: token::pkcs11::Patience::default(),
        cancel: signing::Cancel::default(),
    };
    let mut signer = token::pkcs11::Pkcs11Signer::new(options);
    let identities = signer.identities().unwrap();
    signer
        .unlock(&identities[0].id, Some(&pin("123456")))
        .unwrap();
    let pkcs11 = Pkcs11::new(module).unwrap();
    pkcs11
        .initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))
        .unwrap();
    let slot = pkcs11.get_slots_with_initialized_token().unwrap()[0];
    let session = pkcs11.open_ro_session(slot).unwrap();
    session
        .login(
            UserType::User,
            Some(&cryptoki::types::AuthPin::new("123456".into())),
        )
        .unwrap();
    for identity in &identities {
        let (id, mechanism) = match identity.key {
            KeyKind::Rsa(_) => (1, Mechanism::RsaPkcs),
            _ => (3, Mechanism::Ecdsa),
        };
        let template = [
            Attribute::Class(ObjectClass::PRIVATE_KEY),
            Attribute::Id(vec![id]),
        ];
        let key = session.find_objects(&template).unwrap()[0];
        // Taken in turns, and the median of each: what else the machine does falls on both.
        let (mut raw, mut ours) = (Vec::new(), Vec::new());
        for n in 0..MANY {
            let digest = Hash::Sha256.of(&n.to_be_bytes());
            let start = Instant::now();
            session.sign(&mechanism, key, &digest.bytes).unwrap();
            raw.push(start.elapsed());
            let start = Instant::now();
            signer.sign(&identity.id, &digest).unwrap();
            ours.push(start.elapsed());
        }
        raw.sort();
        ours.sort();
        for (share, at) in [("median", MANY / 2), ("best tenth", MANY / 10)] {
            let (raw, ours) = (raw[at as usize], ours[at as usize]);
            let ratio = raw.as_secs_f64() / ours.as_secs_f64();
            let key = identity.key;
            eprintln!("{key:?}, {share}: raw {raw:?}, through the helper {ours:?}: {ratio:.2}");
        }
    }
}
