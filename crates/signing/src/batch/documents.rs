//! Jobs for the formats that there are: within the PDF (PAdES), and as `.p7m` (CAdES).
//!
//! Documents are in memory, read once: the bytes that are hashed for the confirmation are those that are signed. What
//! our own verification rejects is not handed out.

use super::{Item, Job, Prepared};
use crate::cades::{Addition, CadesError, Envelope};
use crate::cms::{self, CmsError, Form, SignedData};
use crate::pades::{self, Examined, Options, PadesError, Sheet, Stamp};
use crate::x509::Certificate;
use crate::{Hash, Identity};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::io::Cursor;
use std::sync::Arc;

/// Where documents come from, and where signed ones are kept; several threads put away at once.
pub trait Shelf: Sync {
    /// The bytes of a document.
    ///
    /// # Errors
    /// Where it is not there.
    fn read(&self, item: &Item) -> Result<Arc<[u8]>, Refusal>;

    /// Keeps the signed document, whole or not at all.
    ///
    /// # Errors
    /// Where nothing was kept.
    fn keep(&self, item: &Item, signed: Vec<u8>) -> Result<(), Refusal>;
}

/// Why a document was not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "why")]
pub enum Refusal {
    /// It is not there any more.
    #[error("not there")]
    Missing,
    /// It cannot be signed within the PDF.
    #[error(transparent)]
    Pdf(#[from] PadesError),
    /// The stamp has no place on it.
    #[error("no place for the stamp")]
    NoPlace,
    /// The disk is full.
    #[error("the disk is full")]
    DiskFull,
    /// The place for the result cannot be written to.
    #[error("not writable: {0}")]
    NotWritable(String),
    /// Our own verification rejects the result.
    #[error("refused by verification: {0}")]
    Rejected(String),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

impl From<CmsError> for Refusal {
    fn from(error: CmsError) -> Self {
        match error {
            CmsError::BadSignature => Self::Rejected(error.to_string()),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<CadesError> for Refusal {
    fn from(error: CadesError) -> Self {
        match error {
            CadesError::Rejected(_) => Self::Rejected(error.to_string()),
            CadesError::Io(error) => error.into(),
            CadesError::Cms(error) => error.into(),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind as E;
        match error.kind() {
            E::StorageFull | E::QuotaExceeded => Self::DiskFull,
            E::PermissionDenied | E::ReadOnlyFilesystem | E::NotFound | E::NotADirectory => {
                Self::NotWritable(error.to_string())
            }
            _ => Self::Failed(error.to_string()),
        }
    }
}

/// What is seen of a signature within a PDF, and said of it.
#[derive(Default)]
pub struct Look {
    /// The page, counted from 0 (on documents that have fewer, the last one), and the place on it as a person sees it:
    /// left, top, width, height in points. None for a signature that nobody sees.
    pub spot: Option<(usize, [f32; 4])>,
    /// What the stamp says at a time, line by line.
    pub lines: Option<Box<dyn Fn(Timestamp) -> Vec<String> + Send + Sync>>,
    /// `/Name`.
    pub name: Option<String>,
    /// `/Reason`.
    pub purpose: Option<String>,
}

/// How documents get signed.
pub enum Format {
    /// Within the PDF (PAdES B-B).
    Pdf(Look),
    /// Around the document (CAdES B-B); what is a `.p7m` already gets a parallel signature.
    P7m,
}

/// Signs the documents of a shelf in one format, with one key.
pub struct Documents<S> {
    /// Where they are.
    pub shelf: S,
    identity: Identity,
    hash: Hash,
    format: Format,
}

/// A document between its hash and its signature.
pub enum Work {
    /// Within the PDF.
    Pdf(Box<pades::Draft<Cursor<Arc<[u8]>>>>, Box<cms::Draft>),
    /// Around it.
    Around(Box<Envelope>),
    /// Beside other signers.
    Beside(Box<Addition<'static>>),
}

impl<S: Shelf> Documents<S> {
    /// Takes what is needed.
    ///
    /// # Errors
    /// A certificate that cannot be read, or whose key is of an unknown kind.
    pub fn new(shelf: S, identity: &Identity, format: Format) -> Result<Self, CmsError> {
        let hash = Certificate::parse(&identity.certificate)?.hash()?;
        Ok(Self {
            shelf,
            identity: identity.clone(),
            hash,
            format,
        })
    }

    fn pdf(&self, document: &Arc<[u8]>, look: &Look) -> Result<(Work, crate::Digest), Refusal> {
        let (own, hash) = (&self.identity, self.hash);
        let now = Timestamp::now();
        let stamp = match look.spot {
            Some((page, spot)) => {
                let examined = pades::examine(document);
                if let Some(why) = examined.refusal {
                    return Err(why.into());
                }
                let lines = look.lines.as_ref().map(|lines| lines(now));
                Some(stamp(&examined, page, spot, lines.unwrap_or_default())?)
            }
            None => None,
        };
        let options = Options {
            name: look.name.clone(),
            reason: look.purpose.clone(),
            stamp,
            reserved: pades::room(own, hash),
            ..Options::at(now)
        };
        let drafted = pades::Draft::over(Cursor::new(document.clone()), &options)
            .and_then(|drafted| drafted.leaves_page().map(|()| drafted));
        let mut drafted = drafted.map_err(|why| match why {
            PadesError::CertifiedStamp | PadesError::LargeStamp => Refusal::NoPlace,
            other => other.into(),
        })?;
        let digest = drafted.digest(hash)?;
        let form = Form::Detached;
        let draft = cms::Draft::new(&own.certificate, &own.chain, hash, &digest, form)?;
        let to_sign = draft.to_sign();
        Ok((Work::Pdf(Box::new(drafted), Box::new(draft)), to_sign))
    }

    fn p7m(&self, document: Arc<[u8]>) -> Result<(Work, crate::Digest), Refusal> {
        let (own, hash, now) = (&self.identity, self.hash, Timestamp::now());
        let signed_already = SignedData::parse(&document)
            .is_ok_and(|data| data.is_data() && data.content().is_some());
        if signed_already {
            let addition = Addition::new(&document, &own.certificate, &own.chain, hash, now, None)?;
            let to_sign = addition.to_sign();
            return Ok((Work::Beside(Box::new(addition.into_owned())), to_sign));
        }
        let envelope = Envelope::new(document, own, hash, now)?;
        let to_sign = envelope.to_sign();
        Ok((Work::Around(Box::new(envelope)), to_sign))
    }
}

impl<S: Shelf> Job for Documents<S> {
    type Work = Work;
    type Signed = Vec<u8>;
    type Refusal = Refusal;

    fn prepare(&self, item: &Item) -> Result<Prepared<Work>, Refusal> {
        let bytes = self.shelf.read(item)?;
        let (document, size) = (item.shown.hash.of(&bytes), bytes.len());
        let (work, to_sign) = match &self.format {
            Format::Pdf(look) => self.pdf(&bytes, look)?,
            Format::P7m => self.p7m(bytes)?,
        };
        Ok(Prepared {
            document,
            to_sign,
            size,
            work,
        })
    }

    fn finish(&self, _: &Item, work: Work, signature: &[u8]) -> Result<Vec<u8>, Refusal> {
        match work {
            Work::Pdf(mut document, draft) => {
                let signed = document.embed(&draft.finish(signature, None)?)?;
                holds(&signed)?;
                Ok(signed)
            }
            Work::Around(envelope) => Ok(envelope.finish(signature)?),
            Work::Beside(addition) => Ok(addition.finish(signature, None)?),
        }
    }

    fn keep(&self, item: &Item, signed: Vec<u8>) -> Result<(), Refusal> {
        self.shelf.keep(item, signed)
    }
}

/// The stamp on the page that was meant, or the last one; moved so far that all of it is on the page.
fn stamp(
    examined: &Examined,
    page: usize,
    spot: [f32; 4],
    lines: Vec<String>,
) -> Result<Stamp, Refusal> {
    let last = examined.sheets.len().checked_sub(1);
    let page = page.min(last.ok_or(Refusal::NoPlace)?);
    let sheet = examined.sheets.get(page).ok_or(Refusal::NoPlace)?;
    let place = inside(sheet, spot).ok_or(Refusal::NoPlace)?;
    Ok(Stamp {
        page,
        rect: sheet.on_page(place),
        lines: lines.iter().map(|line| pades::legible(line)).collect(),
    })
}

fn inside(sheet: &Sheet, [left, top, width, height]: [f32; 4]) -> Option<[f32; 4]> {
    let fits = |size: f32, of: f32| size.is_finite() && size >= 1.0 && size <= of;
    if !fits(width, sheet.width()) || !fits(height, sheet.height()) {
        return None;
    }
    let within =
        |from: f32, size: f32, of: f32| from.is_finite().then(|| from.clamp(0.0, of - size));
    Some([
        within(left, width, sheet.width())?,
        within(top, height, sheet.height())?,
        width,
        height,
    ])
}

/// That the last signature is there and holds.
fn holds(signed: &[u8]) -> Result<(), Refusal> {
    let document = pades::Signed::new(signed).map_err(|why| why.to_string());
    document
        .and_then(|mut document| pades::holds(&mut document))
        .map_err(Refusal::Rejected)
}
