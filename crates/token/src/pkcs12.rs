//! A key in a PKCS#12 file (RFC 7292): for tests, and for the command line where a file is all there is. A qualified
//! signature needs a device (eIDAS, annex II), so the app does not offer this.

use crate::{certificate, signature};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use openssl::x509::X509;
use signing::{Digest, Identity, IdentityId, KeyKind, Pin, PinState, Signer, SignerError};

/// The largest file that is read, in bytes.
const MAX_FILE: usize = 1 << 20;

/// A signer over a PKCS#12 file; its PIN is the file's password.
#[derive(Debug)]
pub struct Pkcs12Signer {
    file: Vec<u8>,
    identity: Identity,
    public: PKey<Public>,
    key: Option<PKey<Private>>,
}

impl Pkcs12Signer {
    /// Opens a file and keeps its key until [`Signer::lock`]; `device` is the name a person knows the file by.
    ///
    /// # Errors
    /// [`SignerError::WrongPin`] for a wrong password, [`SignerError::Key`] where the file holds no key with a
    /// certificate that may sign documents, or only under old algorithms (RC2) that are not read.
    pub fn open(file: &[u8], device: &str, password: &Pin) -> Result<Self, SignerError> {
        let (key, certificate, others) = parse(file, password)?;
        if !certificate::signs_documents(&certificate) {
            return Err(SignerError::Key(
                "its certificate lacks nonRepudiation".into(),
            ));
        }
        let public = certificate.public_key().map_err(|e| trouble(&e))?;
        let kind = certificate::kind(&public)
            .ok_or_else(|| SignerError::Key("kind not supported".into()))?;
        let digest = certificate
            .digest(MessageDigest::sha256())
            .map_err(|e| trouble(&e))?;
        let identity = Identity {
            id: IdentityId(signing::hex(&digest[..16])),
            certificate: certificate.to_der().map_err(|e| trouble(&e))?,
            chain: certificate::chain(&certificate, &others),
            key: kind,
            device: device.to_owned(),
            pin_each_time: false,
        };
        Ok(Self {
            file: file.to_vec(),
            identity,
            public,
            key: Some(key),
        })
    }

    fn known(&self, identity: &IdentityId) -> Result<(), SignerError> {
        if *identity == self.identity.id {
            Ok(())
        } else {
            Err(SignerError::UnknownIdentity)
        }
    }
}

impl Signer for Pkcs12Signer {
    fn identities(&mut self) -> Result<Vec<Identity>, SignerError> {
        Ok(vec![self.identity.clone()])
    }

    fn pin_state(&mut self, identity: &IdentityId) -> Result<PinState, SignerError> {
        self.known(identity)?;
        Ok(PinState::Ok)
    }

    fn unlock(&mut self, identity: &IdentityId, pin: Option<&Pin>) -> Result<(), SignerError> {
        self.known(identity)?;
        let (key, ..) = parse(&self.file, pin.ok_or(SignerError::PinNeeded)?)?;
        self.key = Some(key);
        Ok(())
    }

    fn sign(&mut self, identity: &IdentityId, digest: &Digest) -> Result<Vec<u8>, SignerError> {
        self.known(identity)?;
        signature::to_sign(self.identity.key, digest)?; // only for its check of the length
        let key = self.key.as_ref().ok_or(SignerError::PinNeeded)?;
        let sign = || -> Result<Vec<u8>, ErrorStack> {
            let mut context = PkeyCtx::new(key)?;
            context.sign_init()?;
            if matches!(self.identity.key, KeyKind::Rsa(_)) {
                context.set_rsa_padding(Padding::PKCS1)?;
            }
            context.set_signature_md(signature::md(digest.hash))?;
            let mut signature = Vec::new();
            context.sign_to_vec(&digest.bytes, &mut signature)?;
            Ok(signature)
        };
        let signed = sign().map_err(|e| trouble(&e))?;
        if !signature::verifies(self.identity.key, &self.public, digest, &signed) {
            return Err(SignerError::Key("not the key of its certificate".into()));
        }
        Ok(signed)
    }

    fn lock(&mut self) {
        self.key = None; // OpenSSL wipes the key when it is freed
    }
}

fn parse(file: &[u8], password: &Pin) -> Result<(PKey<Private>, X509, Vec<X509>), SignerError> {
    if file.len() > MAX_FILE {
        return Err(SignerError::Key("file too large".into()));
    }
    // A C string cannot hold it; the crate would panic.
    if password.expose().contains('\0') {
        return Err(SignerError::WrongPin(PinState::Ok));
    }
    let parsed = Pkcs12::from_der(file)
        .and_then(|p12| p12.parse2(password.expose()))
        .map_err(|e| trouble(&e))?;
    let key = parsed
        .pkey
        .ok_or_else(|| SignerError::Key("no key in the file".into()))?;
    let certificate = parsed
        .cert
        .ok_or_else(|| SignerError::Key("no certificate in the file".into()))?;
    Ok((
        key,
        certificate,
        parsed
            .ca
            .map(|all| all.into_iter().collect())
            .unwrap_or_default(),
    ))
}

fn trouble(error: &ErrorStack) -> SignerError {
    let wrong = error
        .errors()
        .iter()
        .any(|e| e.reason() == Some("mac verify failure"));
    if wrong {
        SignerError::WrongPin(PinState::Ok)
    } else {
        SignerError::Key(error.to_string())
    }
}
