//! A whole file of any kind, with the signatures and time stamps of every wrapping, outermost first.
//!
//! A `.tsd` around a `.p7m` around a signed PDF is worth no more than the least of the three. What lies inside a time
//! stamp is judged at the time that it proves.

use crate::cms::{ReadError, SignedData};
use crate::pades::{self, Seen, Signed, Verdict, is_pdf};
use crate::pdf::PdfError;
use crate::tsp::{self, Response, StampVerdict, TimeStampedData, Token, TspError};
use crate::verify::{Content, Context, InPlaceError, Innermost, Layer, in_place};
use crate::{Indication, SubIndication};
use serde::Serialize;
use std::io::{Cursor, Error, Read, Seek, SeekFrom};

/// Kinds of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A PDF.
    Pdf,
    /// Signatures around their content.
    P7m,
    /// Signatures apart from their content.
    P7s,
    /// A time stamp apart from what it is about: a token, or the authority's answer with one (RFC 3161).
    Tsr,
    /// A document and its time stamps (RFC 5544).
    Tsd,
    /// Nothing of these.
    Other,
}

impl Kind {
    /// By what the bytes are, whatever the file is called.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        if is_pdf(bytes) {
            return Self::Pdf;
        }
        if TimeStampedData::is(bytes) && TimeStampedData::parse(bytes).is_ok() {
            return Self::Tsd;
        }
        match SignedData::parse(bytes) {
            _ if stamp_apart(bytes).is_ok() => Self::Tsr,
            Ok(data) if data.content().is_some() => Self::P7m,
            Ok(_) => Self::P7s,
            Err(_) => Self::Other,
        }
    }
}

/// Why a file says nothing.
#[derive(Debug, thiserror::Error)]
pub enum WholeError {
    /// It cannot be read.
    #[error(transparent)]
    Io(#[from] Error),
    /// A PDF that readers read differently, or not at all.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// A time stamp of another form.
    #[error(transparent)]
    Stamp(#[from] TspError),
    /// More wrappings than anybody makes.
    #[error("too many layers")]
    TooDeep,
}

/// What is to be said of a file.
#[derive(Debug, Serialize)]
pub struct Whole {
    /// The worst answer of all that is signed or stamped in it.
    pub indication: Indication,
    /// Its reason.
    pub sub_indication: Option<SubIndication>,
    /// The outermost.
    #[serde(flatten)]
    pub signed: Wrapping,
    /// What is inside, where that is signed too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inside: Option<Box<Whole>>,
}

/// One wrapping, with its signatures.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Wrapping {
    /// A `.p7m` or `.p7s`; several, where they lie directly in one another.
    Cms {
        /// Outermost first.
        layers: Vec<Layer>,
    },
    /// A PDF.
    Pdf {
        /// In the order of their revisions.
        signatures: Vec<Verdict>,
        /// Where each is seen.
        #[serde(skip)]
        seen: Vec<Seen>,
    },
    /// A `.tsr` or `.tsd`.
    Stamps {
        /// Oldest first.
        stamps: Vec<StampVerdict>,
        /// What the first is about is not at hand: it is a stamp, but of this document or not cannot be said.
        content_missing: bool,
    },
    /// A PDF that cannot be read, and may be signed.
    Unclear {
        /// Why it cannot be read.
        unreadable: PdfError,
    },
}

/// Wrappings that are opened.
const DEEPEST: usize = 16;
/// Stamps without content are small.
const LARGEST_STAMP: u64 = 1024 * 1024;
/// As much of a file as its kind is told by.
const BEGIN: u64 = 4096;
/// As much of a file as is searched at once.
const PIECE: usize = 64 * 1024;

/// Judges a file and everything inside it. `beside` is what a detached signature or stamp is about. None where no
/// signature and no stamp can be read in it.
///
/// # Errors
/// [`WholeError`], about the outermost or its wrappings.
pub fn judge<R: Read + Seek>(
    file: R,
    beside: Option<&dyn Content>,
    context: &Context<'_>,
) -> Result<Option<Whole>, WholeError> {
    part(file, beside, context, 0)
}

fn part<R: Read + Seek>(
    mut file: R,
    beside: Option<&dyn Content>,
    context: &Context<'_>,
    depth: usize,
) -> Result<Option<Whole>, WholeError> {
    if depth > DEEPEST {
        return Err(WholeError::TooDeep);
    }
    let length = file.seek(SeekFrom::End(0))?;
    let begin = read(&mut file, 0, BEGIN)?;
    if is_pdf(&begin) {
        return of_pdf(file, context);
    }
    if TimeStampedData::is(&begin)
        && let Ok(data) = TimeStampedData::parse(&read(&mut file, 0, u64::MAX)?)
    {
        return of_tsd(data, beside, context, depth).map(Some);
    }
    if length <= LARGEST_STAMP
        && let Ok(token) = stamp_apart(&read(&mut file, 0, u64::MAX)?)
    {
        return of_tsr(&token, beside, context).map(Some);
    }
    of_cms(file, beside, context, depth)
}

fn read(file: &mut (impl Read + Seek), from: u64, most: u64) -> Result<Vec<u8>, Error> {
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn of_pdf(file: impl Read + Seek, context: &Context<'_>) -> Result<Option<Whole>, WholeError> {
    let mut document = Signed::open(file)?;
    let signatures = pades::judge(&mut document, context)?;
    // Where a picture is, is told and no part of the verdict.
    let seen = document.seen().unwrap_or_default();
    let answers = signatures
        .iter()
        .map(|one| (one.indication, one.sub_indication));
    Ok(worst(answers).map(|answer| Whole::of(answer, Wrapping::Pdf { signatures, seen }, None)))
}

fn of_cms<R: Read + Seek>(
    mut file: R,
    beside: Option<&dyn Content>,
    context: &Context<'_>,
    depth: usize,
) -> Result<Option<Whole>, WholeError> {
    // Where it lies: no copy of a large content is made.
    let found = match in_place(&mut file, beside, context) {
        Ok(found) => found,
        Err(InPlaceError::Io(error)) => return Err(error.into()),
        Err(InPlaceError::Read(ReadError::TooManyLayers)) => return Err(WholeError::TooDeep),
        Err(InPlaceError::Read(_)) => return Ok(None),
    };
    let verdict = found.verdict;
    let bytes = match found.content {
        Innermost::Beside => Vec::new(),
        Innermost::Bytes(bytes) => bytes,
        Innermost::At(range) => {
            // Read only if there may be something signed in it.
            let length = range.end.saturating_sub(range.start);
            let begin = read(&mut file, range.start, length.min(BEGIN))?;
            match is_pdf(&begin) || TimeStampedData::is(&begin) || length <= LARGEST_STAMP {
                true => read(&mut file, range.start, length)?,
                false => Vec::new(),
            }
        }
    };
    let inside = inside(&bytes, context, depth + verdict.layers.len())?;
    let answer = (verdict.indication, verdict.sub_indication);
    let layers = verdict.layers;
    Ok(Some(Whole::of(answer, Wrapping::Cms { layers }, inside)))
}

fn of_tsr(
    token: &Token,
    beside: Option<&dyn Content>,
    context: &Context<'_>,
) -> Result<Whole, WholeError> {
    let content = beside.map(gathered).transpose()?;
    let check = |token: &Token| match &content {
        Some(content) => token.check_content(content),
        None => token.signed(),
    };
    let stamps = vec![tsp::token_of(token, check, context)];
    Ok(Whole::of_stamps(stamps, content.is_none(), None))
}

fn of_tsd(
    data: TimeStampedData,
    beside: Option<&dyn Content>,
    context: &Context<'_>,
    depth: usize,
) -> Result<Whole, WholeError> {
    let given = match (&data.content, beside) {
        (None, Some(beside)) => Some(gathered(beside)?),
        _ => None,
    };
    let stamps = data.judge(given.as_deref(), context);
    let Some(content) = data.content.or(given) else {
        return Ok(Whole::of_stamps(stamps, true, None));
    };
    let proven = stamps.first().and_then(StampVerdict::proves);
    let context = Context {
        at: context.at.or_proven(proven),
        ..*context
    };
    let inside = inside(&content, &context, depth + 1)?;
    Ok(Whole::of_stamps(stamps, false, inside))
}

fn gathered(content: &dyn Content) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    content.feed(&mut |piece| bytes.extend_from_slice(piece))?;
    Ok(bytes)
}

/// What is inside a wrapping. The wrapping stands whatever that is; only a PDF that cannot be read and may be signed
/// leaves it open whether all holds.
fn inside(bytes: &[u8], context: &Context<'_>, depth: usize) -> Result<Option<Whole>, WholeError> {
    match part(Cursor::new(bytes), None, context, depth) {
        Err(WholeError::Pdf(why)) => Ok(unclear(Cursor::new(bytes), why)?),
        found => found,
    }
}

/// What is to be said of a PDF of which [`judge`] could read nothing, and why it could not: a signature in it may hold
/// or not. None where nothing in it is a signature.
///
/// # Errors
/// Those of reading the file.
pub fn unclear<R: Read + Seek>(mut file: R, why: PdfError) -> Result<Option<Whole>, Error> {
    file.seek(SeekFrom::Start(0))?;
    let answer = (Indication::Indeterminate, None);
    let signed = Wrapping::Unclear { unreadable: why };
    Ok(has_range(file)?.then(|| Whole::of(answer, signed, None)))
}

/// Without a byte range nothing is a signature (ISO 32000-2, 12.8.1): its name is in the clear in an encrypted file too.
fn has_range(mut file: impl Read) -> Result<bool, Error> {
    const RANGE: &[u8] = b"/ByteRange";
    let mut piece = Vec::with_capacity(PIECE + RANGE.len());
    loop {
        let read = file.by_ref().take(PIECE as u64).read_to_end(&mut piece)?;
        if read == 0 {
            return Ok(false);
        }
        if piece.windows(RANGE.len()).any(|word| word == RANGE) {
            return Ok(true);
        }
        // The name may begin in this piece and end in the next.
        piece.drain(..piece.len().saturating_sub(RANGE.len() - 1));
    }
}

/// An answer, or a bare token, which is read as one; in base64 only a token.
fn stamp_apart(bytes: &[u8]) -> Result<Token, TspError> {
    match Response::parse(bytes) {
        Ok(answer) => answer.any_token(),
        Err(_) => Token::parse(bytes),
    }
}

type Answer = (Indication, Option<SubIndication>);

/// Of two alike, the first.
fn worst(answers: impl DoubleEndedIterator<Item = Answer>) -> Option<Answer> {
    answers
        .rev()
        .max_by_key(|(indication, _)| indication.severity())
}

impl Whole {
    fn of(own: Answer, signed: Wrapping, inside: Option<Self>) -> Self {
        let answers = [Some(own), inside.as_ref().map(Self::answer)];
        let (indication, sub_indication) = worst(answers.into_iter().flatten()).unwrap_or(own);
        Self {
            indication,
            sub_indication,
            signed,
            inside: inside.map(Box::new),
        }
    }

    fn of_stamps(stamps: Vec<StampVerdict>, content_missing: bool, inside: Option<Self>) -> Self {
        let missing = (
            Indication::Indeterminate,
            Some(SubIndication::SignedDataNotFound),
        );
        let answers = stamps
            .iter()
            .map(|one| (one.indication, one.sub_indication));
        let all: Vec<Answer> = answers.chain(content_missing.then_some(missing)).collect();
        let own = worst(all.into_iter()).unwrap_or(missing);
        let signed = Wrapping::Stamps {
            stamps,
            content_missing,
        };
        Self::of(own, signed, inside)
    }

    /// The answer, and its reason.
    #[must_use]
    pub fn answer(&self) -> (Indication, Option<SubIndication>) {
        (self.indication, self.sub_indication)
    }
}
