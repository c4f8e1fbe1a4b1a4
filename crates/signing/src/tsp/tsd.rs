//! A document and its stamps in one file, `.tsd` (RFC 5544).

use super::{StampVerdict, Token, TspError, oid, token_of};
use crate::Asn1Error;
use crate::asn1::{Limits, Tlv, normalise, tag};
use crate::verify::Context;

/// The most stamps of one document.
const MAX_STAMPS: usize = 100;

/// What a `.tsd` holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeStampedData {
    /// The document; none where it is only referred to ([`TimeStampedData::uri`]).
    pub content: Option<Vec<u8>>,
    /// Where it is, as the file says.
    pub uri: Option<String>,
    /// What it is called, as the file says.
    pub file_name: Option<String>,
    /// Its media type, as the file says.
    pub media_type: Option<String>,
    /// DER of the meta data, where the first stamp is about it as well (`hashProtected`).
    protected: Option<Vec<u8>>,
    /// Tokens, oldest first, each with the encoding that the next one stamps.
    stamps: Vec<(Token, Vec<u8>)>,
}

impl TimeStampedData {
    /// Whether it begins like one: for telling files apart.
    #[must_use]
    pub fn is(bytes: &[u8]) -> bool {
        // The name comes within the first octets, after two headers.
        let name = oid::TIME_STAMPED_DATA;
        let head = bytes.get(..bytes.len().min(64)).unwrap_or_default();
        head.windows(name.as_bytes().len())
            .any(|window| window == name.as_bytes())
    }

    /// Reads one, in DER or BER.
    ///
    /// # Errors
    /// [`TspError::Asn1`], [`TspError::OtherEvidence`]; those of [`Token::parse`].
    pub fn parse(bytes: &[u8]) -> Result<Self, TspError> {
        let normal = normalise(bytes, Limits::default())?;
        let mut info = Tlv::only(&normal.der)?.expect(tag::SEQUENCE)?.reader();
        if info.take(tag::OID)?.value != oid::TIME_STAMPED_DATA.as_bytes() {
            return Err(Asn1Error::Unexpected.into());
        }
        let explicit = info.take(tag::context_constructed(0))?;
        info.end()?;
        let mut reader = Tlv::only(explicit.value)?.expect(tag::SEQUENCE)?.reader();
        if reader.take(tag::INTEGER)?.small()? != 1 {
            return Err(Asn1Error::BadValue.into());
        }
        let uri = reader
            .optional(IA5_STRING)?
            .map(|element| text(&element))
            .transpose()?;
        let meta = reader.optional(tag::SEQUENCE)?;
        let content = reader
            .optional(tag::OCTET_STRING)?
            .map(|element| element.value.to_vec());
        let evidence = reader.next()?;
        reader.end()?;
        let (protected, file_name, media_type) = match &meta {
            Some(meta) => meta_data(meta)?,
            None => (None, None, None),
        };
        if evidence.tag != tag::context_constructed(0) {
            return Err(TspError::OtherEvidence);
        }
        let mut stamps = Vec::new();
        for element in evidence.children(MAX_STAMPS)? {
            // TimeStampAndCRL: the list beside the token is old news by the time it is read.
            let mut one = element.expect(tag::SEQUENCE)?.reader();
            let token = Token::parse(one.take(tag::SEQUENCE)?.whole)?;
            one.optional(tag::SEQUENCE)?;
            one.end()?;
            stamps.push((token, element.whole.to_vec()));
        }
        if stamps.is_empty() {
            return Err(TspError::NotAToken);
        }
        Ok(Self {
            content,
            uri,
            file_name,
            media_type,
            protected,
            stamps,
        })
    }

    /// The tokens, oldest first.
    pub fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.stamps.iter().map(|(token, _)| token)
    }

    /// Checks every stamp: the first is of the document (given where the file does not hold it), each later one of
    /// the one before (RFC 5544, 4).
    ///
    /// # Errors
    /// [`TspError`] of the first that does not hold; [`TspError::OtherContent`] where there is no document.
    pub fn check(&self, content: Option<&[u8]>) -> Result<Vec<super::Stamp>, TspError> {
        let content = self
            .content
            .as_deref()
            .or(content)
            .ok_or(TspError::OtherContent)?;
        let mut all = Vec::new();
        let mut before: Option<&[u8]> = None;
        for (token, encoding) in &self.stamps {
            let stamp = match (before, &self.protected) {
                (Some(before), _) => token.check_content(before)?,
                (None, Some(meta)) => token.check_content(&[meta, content].concat())?,
                (None, None) => token.check_content(content)?,
            };
            all.push(stamp);
            before = Some(encoding);
        }
        Ok(all)
    }

    /// Judges every stamp, oldest first; each that a later one covers is judged at that one's time, for it proves that
    /// the earlier one existed then (RFC 5544, 4; EN 319 102-1, 5.4). Where the document is not at hand, the first verdict
    /// only says whether that is a stamp at all; who asks has to say that its content is missing.
    #[must_use]
    pub fn judge(&self, content: Option<&[u8]>, context: &Context<'_>) -> Vec<StampVerdict> {
        let content = self.content.as_deref().or(content);
        let mut at = context.at;
        let mut verdicts = Vec::new();
        for (index, (token, _)) in self.stamps.iter().enumerate().rev() {
            let before = index.checked_sub(1).and_then(|one| self.stamps.get(one));
            let check = |token: &Token| match (before, &self.protected, content) {
                (Some((_, encoding)), ..) => token.check_content(encoding),
                (None, _, None) => token.signed(),
                (None, Some(meta), Some(content)) => token.check_content(&[meta, content].concat()),
                (None, None, Some(content)) => token.check_content(content),
            };
            let verdict = token_of(token, check, &Context { at, ..*context });
            at = at.or_proven(verdict.proves());
            verdicts.push(verdict);
        }
        verdicts.reverse();
        verdicts
    }
}

const IA5_STRING: u8 = 0x16;

type MetaData = (Option<Vec<u8>>, Option<String>, Option<String>);

/// MetaData: whether it is stamped too, and what people are shown of it.
fn meta_data(element: &Tlv<'_>) -> Result<MetaData, Asn1Error> {
    let mut reader = element.reader();
    let protected = reader.take(tag::BOOLEAN)?.boolean()?;
    let file_name = reader
        .optional(tag::UTF8_STRING)?
        .map(|element| text(&element))
        .transpose()?;
    let media_type = reader
        .optional(IA5_STRING)?
        .map(|element| text(&element))
        .transpose()?;
    reader.optional(tag::SET)?;
    reader.end()?;
    Ok((
        protected.then(|| element.whole.to_vec()),
        file_name,
        media_type,
    ))
}

fn text(element: &Tlv<'_>) -> Result<String, Asn1Error> {
    let text = std::str::from_utf8(element.value).map_err(|_| Asn1Error::BadValue)?;
    Ok(text
        .chars()
        .filter(|letter| !letter.is_control())
        .take(500)
        .collect())
}
