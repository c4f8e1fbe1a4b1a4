//! Time stamps over a whole signature: `archive-time-stamp-v3` (EN 319 122-1, 5.5.3).
//!
//! One stamps the content, the signed attributes and the value, and through `ats-hash-index-v3` (5.5.2) the hash of
//! every certificate, every CRL or answer, and every value of an unsigned attribute that stood there then: the stamps
//! on the signature and earlier archive stamps. What is added later leaves it whole; what is taken away does not.

use super::proof::{StampVerdict, earliest, token_of};
use super::{Token, TspError, oid};
use crate::asn1::{Asn1Error, Tlv, tag, tlv, with_oid};
use crate::cms::{SignedData, SignerInfo, digest_algorithm};
use crate::crypto::DigestAlgorithm;
use crate::verify::content::Digests;
use crate::verify::{At, Context};
use crate::x509::AlgorithmId;
use crate::{Digest, Hash};
use jiff::Timestamp;

/// More than 512 certificates, 512 CRLs and 512 attributes are not read from a signature.
const MOST: usize = 2048;
/// Archive stamps on one signature that are judged: one every few years.
const MOST_STAMPS: usize = 32;

/// An `ats-hash-index-v3` as a stamp carries it.
#[derive(Debug, Clone)]
struct Index {
    hash: DigestAlgorithm,
    der: Vec<u8>,
    /// Of certificates, of CRLs and answers, of values of unsigned attributes.
    lists: [Vec<Vec<u8>>; 3],
}

impl Index {
    /// The one of a token: among its unsigned attributes, once.
    fn of(token: &Token) -> Result<Self, TspError> {
        let mut values = token.unsigned_values(oid::ATS_HASH_INDEX_V3.as_bytes());
        match (values.next(), values.next()) {
            (Some(value), None) => Self::parse(value),
            _ => Err(Asn1Error::Unexpected.into()),
        }
    }

    fn parse(der: &[u8]) -> Result<Self, TspError> {
        let mut reader = Tlv::only(der)?.expect(tag::SEQUENCE)?.reader();
        let algorithm = AlgorithmId::parse(&reader.next()?)?;
        let mut list = || -> Result<Vec<Vec<u8>>, Asn1Error> {
            let members = reader.take(tag::SEQUENCE)?.children(MOST)?;
            let hash = |member: &Tlv<'_>| Ok(member.expect(tag::OCTET_STRING)?.value.to_vec());
            members.iter().map(hash).collect()
        };
        let lists = [list()?, list()?, list()?];
        reader.end()?;
        let hash = DigestAlgorithm::from_oid(&algorithm.oid).filter(|hash| hash.is_strong());
        Ok(Self {
            hash: hash.ok_or(TspError::WeakImprint)?,
            der: der.to_vec(),
            lists,
        })
    }

    /// Of everything that stands in a signature now.
    fn new(data: &SignedData<'_>, signer: &SignerInfo, hash: Hash) -> Self {
        let lists = pieces(data, signer).map(|pieces| {
            let hashes = pieces.iter().map(|piece| hash.of(piece).bytes);
            hashes.collect::<Vec<_>>()
        });
        let sequence = |hashes: &Vec<Vec<u8>>| {
            let members: Vec<_> = hashes
                .iter()
                .map(|hash| tlv(tag::OCTET_STRING, &[hash]))
                .collect();
            let members: Vec<_> = members.iter().map(Vec::as_slice).collect();
            tlv(tag::SEQUENCE, &members)
        };
        let [certificates, revocations, values] = lists.each_ref().map(sequence);
        let algorithm = digest_algorithm(hash);
        Self {
            hash: hash.into(),
            der: tlv(
                tag::SEQUENCE,
                &[&algorithm, &certificates, &revocations, &values],
            ),
            lists,
        }
    }

    /// Whether all that it lists is there.
    fn is_whole(&self, data: &SignedData<'_>, signer: &SignerInfo) -> bool {
        let mut there = pieces(data, signer);
        // Some signers list the certificates within stamps with those of the signature.
        there[0].extend(within_stamps(signer));
        there.iter().zip(&self.lists).all(|(there, listed)| {
            let hashes: Vec<_> = there
                .iter()
                .filter_map(|piece| self.hash.of(piece))
                .collect();
            listed.iter().all(|hash| hashes.contains(hash))
        })
    }

    fn lists_value(&self, name: &[u8], value: &[u8]) -> bool {
        let hash = self.hash.of(&attribute_value(name, value));
        hash.is_some_and(|hash| self.lists[2].contains(&hash))
    }
}

/// What an index lists: certificates, CRLs and answers, values of unsigned attributes, each in its encoding.
fn pieces(data: &SignedData<'_>, signer: &SignerInfo) -> [Vec<Vec<u8>>; 3] {
    let members = |set: &Vec<u8>| -> Result<Vec<Vec<u8>>, Asn1Error> {
        let members = Tlv::only(set)?.children(MOST)?;
        Ok(members.iter().map(|member| member.whole.to_vec()).collect())
    };
    // It was read before.
    let revocations = data
        .crls_element
        .as_ref()
        .and_then(|set| members(set).ok())
        .unwrap_or_default();
    let values = signer.unsigned.iter().flat_map(|attribute| {
        let value = |value: &Vec<u8>| attribute_value(&attribute.oid, value);
        attribute.values.iter().map(value)
    });
    [data.certificates.clone(), revocations, values.collect()]
}

/// A value of an attribute as an index hashes it: after its name.
fn attribute_value(name: &[u8], value: &[u8]) -> Vec<u8> {
    [tlv(tag::OID, &[name]).as_slice(), value].concat()
}

fn within_stamps(signer: &SignerInfo) -> Vec<Vec<u8>> {
    let names = [oid::SIGNATURE_TIME_STAMP, oid::ARCHIVE_TIME_STAMP_V3];
    let values = names
        .iter()
        .flat_map(|name| signer.unsigned_values(name.as_bytes()))
        .take(MOST_STAMPS);
    let inside = values.filter_map(|value| Some(SignedData::parse(value).ok()?.certificates));
    inside.flatten().collect()
}

/// What a stamp with this index stamps, hashed (EN 319 122-1, 5.5.3): the type of the content and its hash, the fields of the
/// SignerInfo up to its value, the index.
fn imprint(
    data: &SignedData<'_>,
    signer: &SignerInfo,
    content: &[u8],
    index: &Index,
) -> Option<Vec<u8>> {
    let mut stamped = tlv(tag::OID, &[&data.content_type]);
    stamped.extend_from_slice(content);
    for field in Tlv::only(&signer.whole).ok()?.children(MOST).ok()? {
        stamped.extend_from_slice(field.whole);
        if field.tag == tag::OCTET_STRING {
            break;
        }
    }
    stamped.extend_from_slice(&index.der);
    index.hash.of(&stamped)
}

/// What has to be stamped, and the index that the token gets then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) imprint: Digest,
    index: Vec<u8>,
}

/// For all that stands in a signature now. The content's hash is the one that the signer states where that is strong:
/// a content beside the signature is not needed. None where there is neither.
pub(crate) fn wanted(data: &SignedData<'_>, signer: &SignerInfo) -> Option<Wanted> {
    let stated = DigestAlgorithm::from_oid(&signer.digest_algorithm.oid);
    let hash = [Hash::Sha256, Hash::Sha384, Hash::Sha512]
        .into_iter()
        .find(|hash| stated == Some((*hash).into()));
    let (hash, content) = match hash {
        Some(hash) => (hash, message_digest(signer)?),
        None => (Hash::Sha256, Hash::Sha256.of(data.content()?).bytes),
    };
    let index = Index::new(data, signer, hash);
    let bytes = imprint(data, signer, &content, &index)?;
    Some(Wanted {
        imprint: Digest { hash, bytes },
        index: index.der,
    })
}

fn message_digest(signer: &SignerInfo) -> Option<Vec<u8>> {
    let name = crate::asn1::oid::MESSAGE_DIGEST;
    let attribute = signer.signed_attributes(name.as_bytes()).next()?;
    let value = Tlv::only(attribute.values.first()?).ok()?;
    Some(value.expect(tag::OCTET_STRING).ok()?.value.to_vec())
}

impl Wanted {
    /// The index as an attribute of the token.
    pub(crate) fn attribute(&self) -> Vec<u8> {
        with_oid(&oid::ATS_HASH_INDEX_V3, &[&tlv(tag::SET, &[&self.index])])
    }
}

/// Whether an archive stamp is on this signature that covers all else that is on it. Nobody's word is believed here:
/// whether its authority is, was asked when it came.
pub(crate) fn is_archived(data: &SignedData<'_>, signer: &SignerInfo) -> bool {
    let name = oid::ARCHIVE_TIME_STAMP_V3.as_bytes();
    let read = |value| {
        let token = Token::parse(value).ok()?;
        let index = Index::of(&token).ok()?;
        let content = match data.content() {
            Some(content) => index.hash.of(content)?,
            None => message_digest(signer)?,
        };
        let stands = imprint(data, signer, &content, &index)? == token.info().imprint.bytes
            && index.is_whole(data, signer);
        stands.then_some((value, index))
    };
    let stamps: Vec<(&[u8], Index)> = signer.unsigned_values(name).filter_map(read).collect();
    stamps.iter().any(|(own, index)| {
        signer.unsigned.iter().all(|attribute| {
            let covered = |value: &Vec<u8>| {
                value.as_slice() == *own || index.lists_value(&attribute.oid, value)
            };
            attribute.values.iter().all(covered)
        })
    })
}

/// An archive stamp, judged.
struct Archive {
    verdict: StampVerdict,
    index: Option<Index>,
}

/// Those of a signature, newest first: each at the time that a later one proves for it.
#[derive(Default)]
pub(super) struct Archives(Vec<Archive>);

impl Archives {
    /// Judges them; none where a signature has none.
    pub(super) fn judge(
        data: &SignedData<'_>,
        signer: &SignerInfo,
        digests: &mut Digests<'_>,
        context: &Context<'_>,
    ) -> Self {
        let name = oid::ARCHIVE_TIME_STAMP_V3.as_bytes();
        let mut tokens: Vec<(&[u8], Result<Token, TspError>)> = Vec::new();
        for value in signer.unsigned_values(name).take(MOST_STAMPS) {
            if !tokens.iter().any(|(known, _)| *known == value) {
                tokens.push((value, Token::parse(value)));
            }
        }
        let time = |token: &Result<Token, TspError>| {
            let token = token.as_ref().ok();
            token.map_or(Timestamp::MIN, |token| token.info().time)
        };
        tokens.sort_by_key(|(_, token)| std::cmp::Reverse(time(token)));
        let mut all = Self::default();
        for (value, token) in tokens {
            let at = all.proven_for(name, value, context.at);
            let context = Context { at, ..*context };
            let archive = match token {
                Err(fault) => Archive {
                    verdict: StampVerdict::failed(None, fault),
                    index: None,
                },
                Ok(token) => judged(data, signer, digests, &token, &context),
            };
            all.0.push(archive);
        }
        all
    }

    /// The time at which the value of an unsigned attribute has to be good: that of the earliest archive stamp that
    /// holds and covers it.
    pub(super) fn proven_for(&self, name: &[u8], value: &[u8], at: At) -> At {
        let covers = |archive: &&Archive| {
            let index = archive.index.as_ref();
            index.is_some_and(|index| index.lists_value(name, value))
        };
        let covering = self.0.iter().filter(covers);
        at.or_proven(earliest(covering.map(|archive| &archive.verdict)))
    }

    /// What is to be said of each, oldest first.
    pub(super) fn verdicts(self) -> impl Iterator<Item = StampVerdict> {
        self.0.into_iter().rev().map(|archive| archive.verdict)
    }
}

fn judged(
    data: &SignedData<'_>,
    signer: &SignerInfo,
    digests: &mut Digests<'_>,
    token: &Token,
    context: &Context<'_>,
) -> Archive {
    let index = Index::of(token);
    let check = |token: &Token| {
        let index = index.as_ref().map_err(Clone::clone)?;
        let said = &token.info().imprint;
        // EN 319 122-1, 5.5.2: one hash function for both.
        if said.algorithm != Some(index.hash) {
            return Err(TspError::WeakImprint);
        }
        if !index.is_whole(data, signer) {
            return Err(TspError::Incomplete);
        }
        let content = digests.of(index.hash).ok_or(TspError::OtherContent)?;
        let found = imprint(data, signer, &content, index).ok_or(TspError::WeakImprint)?;
        match found == said.bytes {
            true => token.signed(),
            false => Err(TspError::OtherContent),
        }
    };
    let verdict = StampVerdict {
        archive: true,
        ..token_of(token, check, context)
    };
    Archive {
        verdict,
        index: index.ok(),
    }
}
