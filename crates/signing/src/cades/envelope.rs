//! A document in memory, and the `.p7m` around it.

use super::{CadesError, intact};
use crate::cms::{Draft, Form};
use crate::path::Trust;
use crate::verify::{self, Context};
use crate::{Digest, Hash, Identity};
use jiff::Timestamp;
use std::sync::Arc;

/// An enveloping signature that only lacks its value.
#[derive(Debug, Clone)]
pub struct Envelope {
    content: Arc<[u8]>,
    draft: Draft,
}

impl Envelope {
    /// Prepares it.
    ///
    /// # Errors
    /// Those of the certificate.
    pub fn new(
        content: Arc<[u8]>,
        identity: &Identity,
        hash: Hash,
        signing_time: Timestamp,
    ) -> Result<Self, CadesError> {
        let digest = hash.of(&content);
        let form = Form::Enveloping { signing_time };
        let (own, chain) = (&identity.certificate, &identity.chain);
        let draft = Draft::new(own, chain, hash, &digest, form)?;
        Ok(Self { content, draft })
    }

    /// The hash that the key signs.
    #[must_use]
    pub fn to_sign(&self) -> Digest {
        self.draft.to_sign()
    }

    /// Puts the value in: DER of the ContentInfo.
    ///
    /// # Errors
    /// A value that does not fit; a result that our own verifier refuses.
    pub fn finish(&self, signature: &[u8]) -> Result<Vec<u8>, CadesError> {
        let mut out = Vec::with_capacity(self.content.len() + 8 * 1024);
        let content = (&*self.content, self.content.len() as u64);
        self.draft.finish_into(signature, Some(content), &mut out)?;
        let nobody = Trust::default();
        let context = Context::now(&nobody);
        intact(&verify::cms(&out, None, &context)?, context.at)?;
        Ok(out)
    }
}
