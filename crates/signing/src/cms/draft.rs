//! Building one signature, its value coming from outside.

use crate::asn1::{Asn1Error, header, oid, set_of, signing_time, tag, tlv, with_oid};
use crate::x509::{Certificate, KeyError};
use crate::{Digest, Hash, KeyKind};
use jiff::Timestamp;
use std::io::{Read, Write};

/// What kind of file the signature is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A `.p7m` that holds its content: CAdES B-B (EN 319 122-1, clause 6.3).
    Enveloping {
        /// What the signing-time attribute claims; mandatory in CAdES baseline signatures.
        signing_time: Timestamp,
    },
    /// A `.p7s` beside its content: CAdES B-B too.
    Beside {
        /// The same claim.
        signing_time: Timestamp,
    },
    /// The signature inside a PDF: PAdES B-B, where the time is in the signature dictionary and the
    /// signing-time attribute is forbidden (EN 319 142-1, clause 6.3).
    Detached,
}

/// Why no signature was built.
#[derive(Debug, thiserror::Error)]
pub enum CmsError {
    /// The certificate cannot be read.
    #[error("certificate: {0}")]
    Certificate(#[from] Asn1Error),
    /// Its key is not one that is signed with here.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The content was hashed with another function than the signature uses.
    #[error("the content's hash is of another kind than the signature's")]
    OtherHash,
    /// A form that holds its content was finished without it, or the other way round.
    #[error("content missing, or given where there is none")]
    Content,
    /// The content is not as long, or not the same, as what was hashed.
    #[error("the content changed while it was signed")]
    ContentChanged,
    /// What the key gave back is not a signature of the certificate's key over what was to be signed.
    #[error("the signature does not fit the certificate")]
    BadSignature,
    /// Reading the content or writing the file failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// A signature that only lacks its value.
///
/// ```ignore
/// let draft = Draft::new(&identity.certificate, &identity.chain, hash, &hash.of(&content), form)?;
/// let signature = signer.sign(&identity.id, &draft.to_sign())?;
/// let p7m = draft.finish(&signature, Some(content))?;
/// ```
#[derive(Debug, Clone)]
pub struct Draft {
    certificate: Certificate,
    chain: Vec<Vec<u8>>,
    hash: Hash,
    content: Digest,
    form: Form,
    /// DER of the SET OF Attribute: what the hash is over (RFC 5652, 5.4).
    signed_attributes: Vec<u8>,
}

impl Draft {
    /// Lays out what will be signed: content-type, message-digest, signing-certificate-v2 and, where the form has
    /// it, signing-time; nothing else.
    ///
    /// `chain` is put beside the signer's certificate, nearest issuer first; `content` is the hash of the content
    /// with the same function.
    ///
    /// # Errors
    /// An unreadable certificate, a key of another kind, a content hashed with another function.
    pub fn new(
        certificate: &[u8],
        chain: &[Vec<u8>],
        hash: Hash,
        content: &Digest,
        form: Form,
    ) -> Result<Self, CmsError> {
        let certificate = Certificate::parse(certificate)?;
        certificate.key_kind()?;
        if content.hash != hash {
            return Err(CmsError::OtherHash);
        }
        let signed_attributes = signed_attributes(&certificate, hash, content, form);
        Ok(Self {
            certificate,
            chain: chain.to_vec(),
            hash,
            content: content.clone(),
            form,
            signed_attributes,
        })
    }

    /// The hash that the key signs: over the DER of the signed attributes.
    #[must_use]
    pub fn to_sign(&self) -> Digest {
        self.hash.of(&self.signed_attributes)
    }

    /// Puts the signature's value in: DER of the ContentInfo.
    ///
    /// `signature` is as [`crate::Signer::sign`] gives it; `content` is given for [`Form::Enveloping`] alone.
    ///
    /// # Errors
    /// A signature that does not fit, a content that is not the one that was hashed.
    pub fn finish(&self, signature: &[u8], content: Option<Vec<u8>>) -> Result<Vec<u8>, CmsError> {
        let mut out = Vec::new();
        match content {
            Some(content) => {
                self.finish_into(
                    signature,
                    Some((content.as_slice(), content.len() as u64)),
                    &mut out,
                )?;
            }
            None => {
                self.finish_into::<&[u8]>(signature, None, &mut out)?;
            }
        }
        Ok(out)
    }

    /// The same in pieces: however long the content, memory stays small. `content` is a reader and how many bytes it
    /// gives; the result is how many bytes stand before the content in what was written.
    ///
    /// # Errors
    /// Those of [`Draft::finish`], and those of reader and writer; what was written by then is of no use.
    pub fn finish_into<R: Read>(
        &self,
        signature: &[u8],
        content: Option<(R, u64)>,
        out: &mut impl Write,
    ) -> Result<u64, CmsError> {
        if matches!(self.form, Form::Enveloping { .. }) != content.is_some() {
            return Err(CmsError::Content);
        }
        let signer = self.signer_info(signature)?;
        let certificates = std::iter::once(self.certificate.der.clone())
            .chain(self.chain.iter().cloned())
            .collect();
        let certificates = set_of(tag::context_constructed(0), certificates);
        let signers = set_of(tag::SET, vec![signer]);
        write_signed_data(
            &Around {
                version: 1,
                digest_algorithms: &set_of(tag::SET, vec![self.digest_algorithm()]),
                content_type: oid::DATA.as_bytes(),
                after: &[&certificates, &signers],
            },
            content.map(|(reader, length)| (reader, length, &self.content)),
            out,
        )
    }

    /// The same signature beside its content, for the check before anything leaves.
    pub(crate) fn twin(&self, signature: &[u8]) -> Result<Vec<u8>, CmsError> {
        let form = match self.form {
            Form::Enveloping { signing_time } => Form::Beside { signing_time },
            other => other,
        };
        Self {
            form,
            ..self.clone()
        }
        .finish(signature, None)
    }

    /// DER of the SignerInfo, once its value was checked against the certificate's key.
    pub(crate) fn signer_info(&self, signature: &[u8]) -> Result<Vec<u8>, CmsError> {
        if !crate::crypto::fits(&self.certificate, &self.to_sign(), signature) {
            return Err(CmsError::BadSignature);
        }
        self.assemble(signature)
    }

    fn assemble(&self, signature: &[u8]) -> Result<Vec<u8>, CmsError> {
        let serial = tlv(tag::INTEGER, &[&self.certificate.serial]);
        let identifier = tlv(tag::SEQUENCE, &[&self.certificate.issuer, &serial]);
        // [0] IMPLICIT takes the place of the SET's tag; the length is the same.
        let mut attributes = self.signed_attributes.clone();
        attributes[0] = tag::context_constructed(0);
        Ok(tlv(
            tag::SEQUENCE,
            &[
                &tlv(tag::INTEGER, &[&[1]]),
                &identifier,
                &self.digest_algorithm(),
                &attributes,
                &signature_algorithm(self.certificate.key_kind()?, self.hash),
                &tlv(tag::OCTET_STRING, &[signature]),
            ],
        ))
    }

    pub(crate) fn digest_algorithm(&self) -> Vec<u8> {
        digest_algorithm(self.hash)
    }

    /// The signer's certificate and the issuers given with it.
    pub(crate) fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once(self.certificate.der.as_slice()).chain(self.chain.iter().map(Vec::as_slice))
    }
}

/// How many bytes the finished DER takes at most, for the hole in a PDF: a signature [`Form::Detached`] with this
/// certificate and chain (both DER). What comes later (a time stamp) is not counted: [`crate::pades::sign_file`] and
/// [`crate::batch::Documents`] keep room for it besides.
#[must_use]
pub fn estimate_size(certificate: &[u8], chain: &[Vec<u8>], hash: Hash, key: KeyKind) -> usize {
    let signature = match key {
        KeyKind::Rsa(bits) => usize::try_from(bits.div_ceil(8)).unwrap_or(2048),
        // Two INTEGERs of the curve's size, each with its header and perhaps a zero in front.
        KeyKind::P256 => 2 + 2 * (2 + 33),
        KeyKind::P384 => 2 + 2 * (2 + 49),
    };
    let chain_size = chain.iter().map(Vec::len).sum::<usize>();
    // Where the certificate cannot be read, signing fails anyway: room for a long issuer is enough.
    let name =
        Certificate::parse(certificate).map_or(512, |read| read.issuer.len() + read.serial.len());
    // Two hashes, the attributes' names and frames, the algorithms: 300 bytes with SHA-512, rounded up.
    certificate.len() + chain_size + signature + name + 2 * hash.size() + 320
}

fn signed_attributes(
    certificate: &Certificate,
    hash: Hash,
    content: &Digest,
    form: Form,
) -> Vec<u8> {
    let attribute = |name: &der::oid::ObjectIdentifier, value: Vec<u8>| {
        with_oid(name, &[&tlv(tag::SET, &[&value])])
    };
    let mut attributes = vec![
        attribute(&oid::CONTENT_TYPE, tlv(tag::OID, &[oid::DATA.as_bytes()])),
        attribute(
            &oid::MESSAGE_DIGEST,
            tlv(tag::OCTET_STRING, &[&content.bytes]),
        ),
        attribute(
            &oid::SIGNING_CERTIFICATE_V2,
            signing_certificate(certificate, hash),
        ),
    ];
    match form {
        Form::Enveloping { signing_time: time } | Form::Beside { signing_time: time } => {
            attributes.push(attribute(&oid::SIGNING_TIME, signing_time(time)));
        }
        Form::Detached => {}
    }
    set_of(tag::SET, attributes)
}

/// SigningCertificateV2 (RFC 5035, clause 3) with one ESSCertIDv2, without the optional issuerSerial (EN 319 122-1,
/// clause 5.2.2.3 advises against it).
fn signing_certificate(certificate: &Certificate, hash: Hash) -> Vec<u8> {
    let value = tlv(tag::OCTET_STRING, &[&hash.of(&certificate.der).bytes]);
    // SHA-256 is the default, and DER leaves defaults out.
    let algorithm = if hash == Hash::Sha256 {
        Vec::new()
    } else {
        digest_algorithm(hash)
    };
    let id = tlv(tag::SEQUENCE, &[&algorithm, &value]);
    tlv(tag::SEQUENCE, &[&tlv(tag::SEQUENCE, &[&id])])
}

/// AlgorithmIdentifier of a hash, its parameters absent (RFC 5754, clause 2).
pub(crate) fn digest_algorithm(hash: Hash) -> Vec<u8> {
    let name = match hash {
        Hash::Sha256 => oid::SHA256,
        Hash::Sha384 => oid::SHA384,
        Hash::Sha512 => oid::SHA512,
    };
    with_oid(&name, &[])
}

/// AlgorithmIdentifier of a signature: NULL parameters for RSA (RFC 4055, clause 5), none for ECDSA (RFC 5758).
fn signature_algorithm(key: KeyKind, hash: Hash) -> Vec<u8> {
    let (name, null) = match (key, hash) {
        (KeyKind::Rsa(_), Hash::Sha256) => (oid::RSA_SHA256, true),
        (KeyKind::Rsa(_), Hash::Sha384) => (oid::RSA_SHA384, true),
        (KeyKind::Rsa(_), Hash::Sha512) => (oid::RSA_SHA512, true),
        (KeyKind::P256 | KeyKind::P384, Hash::Sha256) => (oid::ECDSA_SHA256, false),
        (KeyKind::P256 | KeyKind::P384, Hash::Sha384) => (oid::ECDSA_SHA384, false),
        (KeyKind::P256 | KeyKind::P384, Hash::Sha512) => (oid::ECDSA_SHA512, false),
    };
    let null = if null {
        tlv(tag::NULL, &[])
    } else {
        Vec::new()
    };
    with_oid(&name, &[&null])
}

/// What stands before and after the content of a SignedData.
pub(crate) struct Around<'a> {
    pub(crate) version: u8,
    /// The SET OF digestAlgorithms.
    pub(crate) digest_algorithms: &'a [u8],
    /// Content octets of the eContentType.
    pub(crate) content_type: &'a [u8],
    /// certificates, crls, signerInfos, each with its tag.
    pub(crate) after: &'a [&'a [u8]],
}

/// Writes ContentInfo and SignedData around a content that passes through; the content must have the hash it is said
/// to have. Returns how many bytes stand before the content.
pub(crate) fn write_signed_data<R: Read>(
    around: &Around<'_>,
    content: Option<(R, u64, &Digest)>,
    out: &mut impl Write,
) -> Result<u64, CmsError> {
    let version = tlv(tag::INTEGER, &[&[around.version]]);
    let content_type = tlv(tag::OID, &[around.content_type]);
    // From the inside out: OCTET STRING, [0] EXPLICIT, EncapsulatedContentInfo.
    let mut inner = content_type.len() as u64;
    let mut heads = Vec::new();
    if let Some((_, length, _)) = &content {
        let octets = header(tag::OCTET_STRING, *length);
        let explicit = header(tag::context_constructed(0), length + octets.len() as u64);
        inner += length + (octets.len() + explicit.len()) as u64;
        heads = [explicit, octets].concat();
    }
    let encapsulated = header(tag::SEQUENCE, inner);
    let after = around.after.iter().map(|part| part.len()).sum::<usize>();
    let body = (version.len() + around.digest_algorithms.len() + encapsulated.len() + after) as u64
        + inner;
    let signed_data = header(tag::SEQUENCE, body);
    let explicit = header(tag::context_constructed(0), body + signed_data.len() as u64);
    let name = tlv(tag::OID, &[oid::SIGNED_DATA.as_bytes()]);
    let all = body + (signed_data.len() + explicit.len() + name.len()) as u64;
    let outer = header(tag::SEQUENCE, all);
    let mut before = 0;
    for part in [
        &outer,
        &name,
        &explicit,
        &signed_data,
        &version,
        around.digest_algorithms,
        &encapsulated,
        &content_type,
        &heads,
    ] {
        out.write_all(part)?;
        before += part.len() as u64;
    }
    if let Some((reader, length, digest)) = content {
        // One byte more than said: a file that grew meanwhile is noticed.
        let mut passing = Passing {
            inner: reader.take(length + 1),
            out,
            written: 0,
        };
        if digest.hash.of_reader(&mut passing)? != *digest || passing.written != length {
            return Err(CmsError::ContentChanged);
        }
    }
    for part in around.after {
        out.write_all(part)?;
    }
    Ok(before)
}

/// Hands on what is read, and writes it out on the way.
struct Passing<'a, R, W> {
    inner: R,
    out: &'a mut W,
    written: u64,
}

impl<R: Read, W: Write> Read for Passing<'_, R, W> {
    fn read(&mut self, piece: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(piece)?;
        self.out.write_all(&piece[..read])?;
        self.written += read as u64;
        Ok(read)
    }
}
