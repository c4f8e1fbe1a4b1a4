//! One more signer beside those who signed already ("firma parallela").

use super::{CadesError, intact};
use crate::asn1::{Tlv, set_of, tag, tlv};
use crate::cms::{Around, Draft, Form, SignedData, write_signed_data};
use crate::path::Trust;
use crate::verify::content::hash as hash_content;
use crate::verify::{self, Content, Context};
use crate::{Digest, Hash};
use jiff::Timestamp;

/// A further signature that only lacks its value. Each earlier SignerInfo stays byte for byte, its unsigned
/// attributes included, and so do certificates and CRLs; a file in BER or base64 comes out as DER.
#[derive(Debug, Clone)]
pub struct Addition<'a> {
    data: SignedData<'a>,
    draft: Draft,
    content: Digest,
}

impl<'a> Addition<'a> {
    /// Prepares it. `beside` is the content of a detached signature.
    ///
    /// # Errors
    /// A file that is no signature, holds something else than plain data, or whose earlier signatures are broken.
    pub fn new(
        p7m: &'a [u8],
        certificate: &[u8],
        chain: &[Vec<u8>],
        hash: Hash,
        signing_time: Timestamp,
        beside: Option<&dyn Content>,
    ) -> Result<Self, CadesError> {
        let data = SignedData::parse(p7m)?;
        if !data.is_data() {
            return Err(CadesError::Content);
        }
        let nobody = Trust::default();
        let context = Context::now(&nobody);
        intact(&verify::signed(&data, beside, &context), context.at)?;
        let (content, form) = match (data.content(), beside) {
            (Some(inside), None) => (hash.of(inside), Form::Enveloping { signing_time }),
            (None, Some(beside)) => {
                let bytes = hash_content(beside, hash.into()).ok_or(CadesError::Content)?;
                (Digest { hash, bytes }, Form::Beside { signing_time })
            }
            _ => return Err(CadesError::Content),
        };
        let draft = Draft::new(certificate, chain, hash, &content, form)?;
        Ok(Self {
            data,
            draft,
            content,
        })
    }

    /// The same, its bytes its own.
    #[must_use]
    pub fn into_owned(self) -> Addition<'static> {
        Addition {
            data: self.data.into_owned(),
            draft: self.draft,
            content: self.content,
        }
    }

    /// The hash that the key signs.
    #[must_use]
    pub fn to_sign(&self) -> Digest {
        self.draft.to_sign()
    }

    /// Puts the value in: DER of the ContentInfo with all signers.
    ///
    /// # Errors
    /// A value that does not fit; a result that our own verifier refuses.
    pub fn finish(
        &self,
        signature: &[u8],
        beside: Option<&dyn Content>,
    ) -> Result<Vec<u8>, CadesError> {
        let listed =
            Tlv::only(&self.data.digest_algorithms_element).and_then(|set| set.children(512));
        let listed = listed.map_err(crate::cms::ReadError::from)?;
        let mut digests = listed
            .iter()
            .map(|one| one.whole.to_vec())
            .collect::<Vec<_>>();
        digests.push(self.draft.digest_algorithm());
        let mut certificates = self.data.certificates.clone();
        certificates.extend(self.draft.certificates().map(<[u8]>::to_vec));
        // Sorted as DER wants, but nobody is left out: signers that are there twice stay.
        let mut signers = self
            .data
            .signers
            .iter()
            .map(|signer| signer.whole.clone())
            .collect::<Vec<_>>();
        signers.push(self.draft.signer_info(signature)?);
        signers.sort_unstable();
        let signers = tlv(
            tag::SET,
            &signers.iter().map(Vec::as_slice).collect::<Vec<_>>(),
        );
        let certificates = set_of(tag::context_constructed(0), certificates);
        let revocations = self.data.crls_element.as_deref().unwrap_or_default();
        let around = Around {
            version: u8::try_from(self.data.version).unwrap_or(1),
            digest_algorithms: &set_of(tag::SET, digests),
            content_type: &self.data.content_type,
            after: &[&certificates, revocations, &signers],
        };
        let content = self
            .data
            .content()
            .map(|inside| (inside, inside.len() as u64, &self.content));
        let mut out = Vec::new();
        write_signed_data(&around, content, &mut out)?;
        let nobody = Trust::default();
        let context = Context::now(&nobody);
        intact(&verify::cms(&out, beside, &context)?, context.at)?;
        Ok(out)
    }
}
