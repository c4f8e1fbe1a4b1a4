//! A small PKI made at test time.
use openssl::asn1::{Asn1Integer, Asn1Object, Asn1OctetString, Asn1Time};
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use openssl::x509::extension::{BasicConstraints, KeyUsage};
use openssl::x509::{X509, X509Extension, X509NameBuilder};
use signing::{Digest, Hash};

/// 2020-01-01.
pub const BEGIN: i64 = 1_577_836_800;
/// 2040-01-01.
pub const END: i64 = 2_208_988_800;

pub fn rsa(bits: u32) -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap()
}

pub fn curve(nid: Nid) -> PKey<Private> {
    let group = EcGroup::from_curve_name(nid).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

pub fn p256() -> PKey<Private> {
    curve(Nid::X9_62_PRIME256V1)
}

pub fn p384() -> PKey<Private> {
    curve(Nid::SECP384R1)
}

/// What a certificate to be made says.
pub struct Profile {
    pub name: String,
    pub begin: i64,
    pub end: i64,
    pub serial_number: bool,
    pub ca: bool,
    pub path_length: Option<u32>,
    pub key_usage: Option<KeyUsage>,
    /// Further extensions: dotted name, critical, DER.
    pub extensions: Vec<(&'static str, bool, Vec<u8>)>,
    pub digest: MessageDigest,
}

impl Profile {
    pub fn signer(name: &str) -> Self {
        let mut usage = KeyUsage::new();
        usage.critical().non_repudiation();
        Self {
            name: name.into(),
            begin: BEGIN,
            end: END,
            serial_number: true,
            ca: false,
            path_length: None,
            key_usage: Some(usage),
            extensions: Vec::new(),
            digest: MessageDigest::sha256(),
        }
    }

    pub fn ca(name: &str) -> Self {
        let mut usage = KeyUsage::new();
        usage.critical().key_cert_sign().crl_sign();
        Self {
            ca: true,
            key_usage: Some(usage),
            ..Self::signer(name)
        }
    }
}

/// A key and its certificate.
#[derive(Clone)]
pub struct Signer {
    pub key: PKey<Private>,
    pub x509: X509,
    pub certificate: Vec<u8>,
}

impl Signer {
    /// As [`signing::Signer::sign`] gives it.
    pub fn sign(&self, digest: &Digest) -> Vec<u8> {
        let md = match digest.hash {
            Hash::Sha256 => openssl::md::Md::sha256(),
            Hash::Sha384 => openssl::md::Md::sha384(),
            Hash::Sha512 => openssl::md::Md::sha512(),
        };
        let mut context = PkeyCtx::new(&self.key).unwrap();
        context.sign_init().unwrap();
        if self.key.rsa().is_ok() {
            context.set_rsa_padding(Padding::PKCS1).unwrap();
        }
        context.set_signature_md(md).unwrap();
        let mut signature = Vec::new();
        context.sign_to_vec(&digest.bytes, &mut signature).unwrap();
        signature
    }
}

/// A certification authority.
#[derive(Clone)]
pub struct Ca {
    pub own: Signer,
}

impl Ca {
    /// One that signed itself.
    pub fn new(name: &str) -> Self {
        Self::with(&Profile::ca(name), p256())
    }

    pub fn with(profile: &Profile, key: PKey<Private>) -> Self {
        Self {
            own: issue(profile, key, None),
        }
    }

    /// An authority below this one.
    pub fn below(&self, profile: &Profile, key: PKey<Private>) -> Self {
        Self {
            own: self.issue(profile, key),
        }
    }

    pub fn der(&self) -> Vec<u8> {
        self.own.certificate.clone()
    }

    pub fn signer(&self, name: &str, key: PKey<Private>) -> Signer {
        self.issue(&Profile::signer(name), key)
    }

    pub fn issue(&self, profile: &Profile, key: PKey<Private>) -> Signer {
        issue(profile, key, Some(&self.own))
    }
}

fn issue(profile: &Profile, key: PKey<Private>, issuer: Option<&Signer>) -> Signer {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("C", "IT").unwrap();
    name.append_entry_by_text("CN", &profile.name).unwrap();
    if !profile.ca && profile.serial_number {
        name.append_entry_by_text("serialNumber", "TINIT-RSSMRA70A01H501S")
            .unwrap();
    }
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    let mut serial = BigNum::new().unwrap();
    serial.rand(120, MsbOption::ONE, false).unwrap();
    builder
        .set_serial_number(&Asn1Integer::from_bn(&serial).unwrap())
        .unwrap();
    builder.set_subject_name(&name).unwrap();
    builder
        .set_issuer_name(issuer.map_or(&*name, |issuer| issuer.x509.subject_name()))
        .unwrap();
    builder
        .set_not_before(&Asn1Time::from_unix(profile.begin).unwrap())
        .unwrap();
    builder
        .set_not_after(&Asn1Time::from_unix(profile.end).unwrap())
        .unwrap();
    builder.set_pubkey(&key).unwrap();
    if profile.ca {
        let mut basic = BasicConstraints::new();
        basic.critical().ca();
        if let Some(length) = profile.path_length {
            basic.pathlen(length);
        }
        builder.append_extension(basic.build().unwrap()).unwrap();
    }
    if let Some(usage) = &profile.key_usage {
        builder.append_extension(usage.build().unwrap()).unwrap();
    }
    for (name, critical, der) in &profile.extensions {
        let name = Asn1Object::from_str(name).unwrap();
        let value = Asn1OctetString::new_from_bytes(der).unwrap();
        builder
            .append_extension(X509Extension::new_from_der(&name, *critical, &value).unwrap())
            .unwrap();
    }
    builder
        .sign(issuer.map_or(&key, |issuer| &issuer.key), profile.digest)
        .unwrap();
    let x509 = builder.build();
    let certificate = x509.to_der().unwrap();
    Signer {
        key,
        x509,
        certificate,
    }
}
