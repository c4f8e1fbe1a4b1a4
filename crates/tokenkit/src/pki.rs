//! Keys and certificates, made anew for each test.

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, PKeyRef, Private, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use openssl::x509::extension::{BasicConstraints, KeyUsage};
use openssl::x509::{X509, X509Name};
use signing::{Digest, Hash, Identity, KeyKind};

pub fn rsa(bits: u32) -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap()
}

pub fn ec(curve: Nid) -> PKey<Private> {
    PKey::from_ec_key(EcKey::generate(&EcGroup::from_curve_name(curve).unwrap()).unwrap()).unwrap()
}

pub fn public(key: &PKey<Private>) -> PKey<Public> {
    PKey::public_key_from_der(&key.public_key_to_der().unwrap()).unwrap()
}

/// A certification authority.
pub struct Ca {
    pub key: PKey<Private>,
    pub certificate: X509,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    Signing,
    LoggingIn,
}

impl Ca {
    pub fn new() -> Self {
        let key = ec(Nid::X9_62_PRIME256V1);
        let name = name("Test Qualified CA");
        let mut builder = X509::builder().unwrap();
        builder.set_version(2).unwrap();
        builder.set_serial_number(&serial()).unwrap();
        builder.set_subject_name(&name).unwrap();
        builder.set_issuer_name(&name).unwrap();
        builder.set_pubkey(&key).unwrap();
        builder
            .set_not_before(&Asn1Time::from_unix(1_577_836_800).unwrap())
            .unwrap();
        builder
            .set_not_after(&Asn1Time::days_from_now(3650).unwrap())
            .unwrap();
        builder
            .append_extension(BasicConstraints::new().critical().ca().build().unwrap())
            .unwrap();
        builder
            .append_extension(
                KeyUsage::new()
                    .critical()
                    .key_cert_sign()
                    .crl_sign()
                    .build()
                    .unwrap(),
            )
            .unwrap();
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        Self {
            key,
            certificate: builder.build(),
        }
    }

    pub fn issue(&self, key: &PKeyRef<Public>, holder: &str, usage: Usage) -> X509 {
        let day = 86_400;
        let now = jiff::Timestamp::now().as_second();
        self.issue_for(key, holder, usage, now - 30 * day, now + 300 * day)
    }

    pub fn issue_for(
        &self,
        key: &PKeyRef<Public>,
        holder: &str,
        usage: Usage,
        from: i64,
        until: i64,
    ) -> X509 {
        let mut builder = X509::builder().unwrap();
        builder.set_version(2).unwrap();
        builder.set_serial_number(&serial()).unwrap();
        builder.set_subject_name(&name(holder)).unwrap();
        builder
            .set_issuer_name(self.certificate.subject_name())
            .unwrap();
        builder.set_pubkey(key).unwrap();
        builder
            .set_not_before(&Asn1Time::from_unix(from).unwrap())
            .unwrap();
        builder
            .set_not_after(&Asn1Time::from_unix(until).unwrap())
            .unwrap();
        let mut bits = KeyUsage::new();
        bits.critical();
        match usage {
            Usage::Signing => bits.non_repudiation(),
            Usage::LoggingIn => bits.digital_signature(),
        };
        builder.append_extension(bits.build().unwrap()).unwrap();
        builder.sign(&self.key, MessageDigest::sha256()).unwrap();
        builder.build()
    }
}

fn serial() -> openssl::asn1::Asn1Integer {
    let mut number = BigNum::new().unwrap();
    number
        .rand(100, openssl::bn::MsbOption::ONE, false)
        .unwrap();
    number.to_asn1_integer().unwrap()
}

fn name(common: &str) -> X509Name {
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("C", "IT").unwrap();
    name.append_entry_by_text("CN", common).unwrap();
    name.build()
}

/// Whether OpenSSL takes it for a signature of the identity's certificate, by another path than the crate's.
pub fn verifies(identity: &Identity, digest: &Digest, signature: &[u8]) -> bool {
    let key = X509::from_der(&identity.certificate)
        .unwrap()
        .public_key()
        .unwrap();
    match identity.key {
        KeyKind::Rsa(_) => {
            let mut context = PkeyCtx::new(&key).unwrap();
            context.verify_recover_init().unwrap();
            context.set_rsa_padding(Padding::PKCS1).unwrap();
            context
                .set_signature_md(match digest.hash {
                    Hash::Sha256 => openssl::md::Md::sha256(),
                    Hash::Sha384 => openssl::md::Md::sha384(),
                    Hash::Sha512 => openssl::md::Md::sha512(),
                })
                .unwrap();
            let mut recovered = vec![0; 1024];
            let Ok(length) = context.verify_recover(signature, Some(&mut recovered)) else {
                return false;
            };
            recovered[..length] == digest.bytes
        }
        KeyKind::P256 | KeyKind::P384 => {
            let Ok(signature) = openssl::ecdsa::EcdsaSig::from_der(signature) else {
                return false;
            };
            signature
                .verify(&digest.bytes, &key.ec_key().unwrap())
                .unwrap_or(false)
        }
    }
}
