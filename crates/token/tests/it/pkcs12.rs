//! A key in a file.

use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::stack::Stack;
use signing::{Digest, Hash, PinState, Signer, SignerError};
use token::pkcs12::Pkcs12Signer;
use tokenkit::faulty::pin;
use tokenkit::pki::{Ca, Usage, ec, public, rsa, verifies};

fn file(ca: &Ca, key: &PKey<Private>, usage: Usage) -> Vec<u8> {
    let certificate = ca.issue(&public(key), "ROSSI MARIO", usage);
    let mut others = Stack::new().unwrap();
    others.push(ca.certificate.clone()).unwrap();
    let mut builder = Pkcs12::builder();
    builder.pkey(key).cert(&certificate).ca(others);
    builder.build2("segreta è").unwrap().to_der().unwrap()
}

#[test]
fn it_signs_with_every_kind_of_key() {
    let ca = Ca::new();
    for key in [rsa(2048), ec(Nid::X9_62_PRIME256V1), ec(Nid::SECP384R1)] {
        let file = file(&ca, &key, Usage::Signing);
        let mut signer = Pkcs12Signer::open(&file, "prova.p12", &pin("segreta è")).unwrap();
        let identity = signer.identities().unwrap().remove(0);
        assert_eq!(identity.chain, [ca.certificate.to_der().unwrap()]);
        assert_eq!(identity.device, "prova.p12");
        for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            let digest = hash.of(b"decreto");
            assert!(verifies(
                &identity,
                &digest,
                &signer.sign(&identity.id, &digest).unwrap()
            ));
        }
        let short = Digest {
            hash: Hash::Sha256,
            bytes: vec![0; 20],
        };
        assert!(matches!(
            signer.sign(&identity.id, &short),
            Err(SignerError::Key(_))
        ));
    }
}

#[test]
fn it_can_be_locked_and_unlocked() {
    let file = file(&Ca::new(), &ec(Nid::X9_62_PRIME256V1), Usage::Signing);
    let mut signer = Pkcs12Signer::open(&file, "prova.p12", &pin("segreta è")).unwrap();
    let id = signer.identities().unwrap()[0].id.clone();
    let digest = Hash::Sha256.of(b"decreto");
    signer.lock();
    assert_eq!(signer.sign(&id, &digest), Err(SignerError::PinNeeded));
    assert_eq!(signer.unlock(&id, None), Err(SignerError::PinNeeded));
    assert_eq!(
        signer.unlock(&id, Some(&pin("altra"))),
        Err(SignerError::WrongPin(PinState::Ok))
    );
    signer.unlock(&id, Some(&pin("segreta è"))).unwrap();
    assert!(signer.sign(&id, &digest).is_ok());
}

#[test]
fn what_cannot_sign_is_refused_at_once() {
    let ca = Ca::new();
    let open =
        |file: &[u8], with: &str| Pkcs12Signer::open(file, "prova.p12", &pin(with)).map(|_| ());
    let good = file(&ca, &ec(Nid::X9_62_PRIME256V1), Usage::Signing);
    for wrong in ["", "altra", "segreta è\0"] {
        assert_eq!(
            open(&good, wrong),
            Err(SignerError::WrongPin(PinState::Ok)),
            "{wrong:?}"
        );
    }
    let login = file(&ca, &ec(Nid::X9_62_PRIME256V1), Usage::LoggingIn);
    assert!(
        matches!(open(&login, "segreta è"), Err(SignerError::Key(why)) if why.contains("nonRepudiation"))
    );
    let curve = file(&ca, &ec(Nid::SECP521R1), Usage::Signing);
    assert!(matches!(
        open(&curve, "segreta è"),
        Err(SignerError::Key(_))
    ));
    for nonsense in [&b""[..], b"0", &good[..good.len() / 2], &vec![0; 2 << 20]] {
        assert!(matches!(
            open(nonsense, "segreta è"),
            Err(SignerError::Key(_))
        ));
    }
}
