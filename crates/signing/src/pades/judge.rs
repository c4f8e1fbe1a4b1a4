//! The verdict on each signature of a document: what its CMS says (EN 319 102-1), and what the document says of it.

use super::{Fault, Kind, Material, Signature, Signed};
use crate::pdf::{Dict, Object, PdfError};
use crate::revocation;
use crate::tsp::{self, Both, StampVerdict, Token, TspError};
use crate::verify::{Content, Context, Profile, SignerVerdict};
use crate::x509::Certificate;
use crate::{Hash, Indication, SubIndication};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::io::{Read, Seek};

/// No more validation data is read from a document, in pieces of each kind.
const MOST: usize = 2000;

/// What is to be said of one signature or document time stamp.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What it is, what it covers, and what was done afterwards.
    pub signature: Signature,
    /// The answer.
    pub indication: Indication,
    /// Its reason, where it is not TOTAL-PASSED.
    pub sub_indication: Option<SubIndication>,
    /// Who signed; none for a document time stamp, and where the CMS cannot be read.
    pub signer: Option<SignerVerdict>,
    /// Time stamps on the signature; for a document time stamp, itself.
    pub stamps: Vec<StampVerdict>,
}

/// Judges every signature of a document, in the order of their revisions.
///
/// A later document time stamp that holds proves that what it covers existed then (EN 319 142-1, 5.4.3): signatures
/// before it are judged at its time. Facts and certificates of the document's `/DSS` count besides the context's.
///
/// What is wrong with a signature's form is TOTAL-FAILED, FORMAT_FAILURE. A change afterwards that nothing allows
/// leaves the answer INDETERMINATE, SIG_CONSTRAINTS_FAILURE at best: the revision that was signed may be sound, the
/// document that is shown is not that one.
///
/// # Errors
/// Those of reading the file.
pub fn judge<R: Read + Seek>(
    document: &mut Signed<R>,
    context: &Context<'_>,
) -> Result<Vec<Verdict>, PdfError> {
    let material = document.material()?;
    let mut facts = revocation::Facts::new();
    // what is of no use says nothing
    for crl in &material.crls {
        let _ = facts.add_crl(crl);
    }
    for answer in &material.ocsp {
        let _ = facts.add_ocsp(answer);
    }
    let facts = Both(context.facts, &facts);
    let mut certificates = context.certificates.to_vec();
    certificates.extend(
        material
            .certificates
            .iter()
            .filter_map(|der| Certificate::parse(der).ok()),
    );
    let context = Context {
        facts: &facts,
        certificates: &certificates,
        profile: Profile::Pades,
        ..*context
    };

    let mut at = context.at;
    let mut verdicts = Vec::new();
    for signature in document.signatures().to_vec().into_iter().rev() {
        let context = Context { at, ..context };
        let verdict = match signature.kind {
            Kind::Timestamp => of_stamp(document, signature, &context)?,
            Kind::Signature => of_signature(document, signature, &context),
        };
        if let ([stamp], Kind::Timestamp, Indication::TotalPassed) = (
            &verdict.stamps[..],
            verdict.signature.kind,
            verdict.indication,
        ) {
            at = at.or_proven(stamp.proves());
        }
        verdicts.push(verdict);
    }
    verdicts.reverse();
    Ok(verdicts)
}

fn of_signature<R: Read + Seek>(
    document: &mut Signed<R>,
    signature: Signature,
    context: &Context<'_>,
) -> Verdict {
    let content = Covered {
        document: RefCell::new(document),
        signature: &signature,
    };
    let judged = tsp::judge(&signature.cms, Some(&content), context);
    let mut judged = judged.unwrap_or_default();
    let several = judged.len() > 1;
    let (signer, stamps) = match judged.is_empty() {
        true => (None, Vec::new()),
        false => {
            let first = judged.swap_remove(0);
            (Some(first.signer), first.stamps)
        }
    };
    let answer = match &signer {
        Some(signer) if !several => (signer.indication, signer.sub_indication),
        _ => (Indication::TotalFailed, Some(SubIndication::FormatFailure)),
    };
    conclude(signature, answer, signer, stamps)
}

fn of_stamp<R: Read + Seek>(
    document: &mut Signed<R>,
    signature: Signature,
    context: &Context<'_>,
) -> Result<Verdict, PdfError> {
    let (stamp, failed) = match Token::parse(&signature.cms) {
        Ok(token) => {
            let imprint = token.info().imprint.algorithm;
            let hash = [Hash::Sha256, Hash::Sha384, Hash::Sha512]
                .into_iter()
                .find(|hash| imprint == Some((*hash).into()));
            let digest = match hash {
                Some(hash) => Some(document.digest(&signature, hash)?),
                None => None,
            };
            let check = |token: &Token| token.check(digest.as_ref().ok_or(TspError::WeakImprint)?);
            (Some(tsp::token_of(&token, check, context)), None)
        }
        Err(fault) => (None, Some(fault.sub_indication())),
    };
    let answer = match &stamp {
        Some(stamp) => (stamp.indication, stamp.sub_indication),
        None => (Indication::TotalFailed, failed),
    };
    Ok(conclude(
        signature,
        answer,
        None,
        stamp.into_iter().collect(),
    ))
}

/// The CMS's answer, and the document's: the worse of the two.
fn conclude(
    signature: Signature,
    (indication, sub_indication): (Indication, Option<SubIndication>),
    signer: Option<SignerVerdict>,
    stamps: Vec<StampVerdict>,
) -> Verdict {
    let (indication, sub_indication) = match (signature.faults.is_empty(), indication) {
        (false, _) => (Indication::TotalFailed, Some(SubIndication::FormatFailure)),
        (true, Indication::TotalPassed) if !signature.is_intact() => (
            Indication::Indeterminate,
            Some(SubIndication::SigConstraintsFailure),
        ),
        (true, _) => (indication, sub_indication),
    };
    Verdict {
        signature,
        indication,
        sub_indication,
        signer,
        stamps,
    }
}

/// What a signature covers, gone through where it lies.
struct Covered<'a, R> {
    document: RefCell<&'a mut Signed<R>>,
    signature: &'a Signature,
}

impl<R: Read + Seek> Content for Covered<'_, R> {
    fn feed(&self, sink: &mut dyn FnMut(&[u8])) -> std::io::Result<()> {
        if self.signature.faults.contains(&Fault::NoByteRange)
            || self.signature.byte_range == [0; 4]
        {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        self.document
            .borrow_mut()
            .feed(self.signature, sink)
            .map_err(std::io::Error::other)
    }
}

impl<R: Read + Seek> Signed<R> {
    /// The validation data in the document (`/DSS`): nobody vouches for it, it is checked by who uses it.
    ///
    /// # Errors
    /// Those of reading the file.
    pub fn material(&mut self) -> Result<Material, PdfError> {
        let (file, view) = self.parts();
        let catalog = file.catalog(view)?;
        let dss = file.dict(view, &catalog, b"DSS")?;
        let mut read = |dss: &Dict, key: &[u8]| -> Result<Vec<Vec<u8>>, PdfError> {
            let mut found = Vec::new();
            for item in file.array(view, dss, key)?.iter().take(MOST) {
                if let Object::Stream(stream) = &*file.resolve(view, item)? {
                    found.push(file.decoded(stream)?);
                }
            }
            Ok(found)
        };
        Ok(Material {
            certificates: read(&dss, b"Certs")?,
            ocsp: read(&dss, b"OCSPs")?,
            crls: read(&dss, b"CRLs")?,
        })
    }
}
