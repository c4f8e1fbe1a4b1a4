//! A PDF in, a signed one out, however long it is.

use super::{Draft, Options, PadesError, Signed, judge};
use crate::cades::write_atomically;
use crate::cms::{self, CmsError, Form, estimate_size};
use crate::path::Trust;
use crate::verify::Context;
use crate::x509::Certificate;
use crate::{Hash, Identity, Signer, SignerError, SubIndication};
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

/// Bytes of a time stamp token for which every signature keeps room: those of qualified services take 4 to 8 kB with
/// their chain. A stamp that finds no place on the signature has to go over the whole document instead.
pub(crate) const TOKEN: usize = 8 * 1024;

/// The names and frames around the token, and what the frames around them grow by.
const FRAMES: usize = 64;

/// Bytes to keep for the CMS of an identity: the signature, and the time stamp that comes later.
pub(crate) fn room(identity: &Identity, hash: Hash) -> usize {
    let (own, chain) = (&identity.certificate, &identity.chain);
    estimate_size(own, chain, hash, identity.key) + FRAMES + TOKEN
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum SignFileError {
    /// The document.
    #[error(transparent)]
    Pdf(#[from] PadesError),
    /// The signature could not be built.
    #[error(transparent)]
    Cms(#[from] CmsError),
    /// The key's device.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// A file.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Our own verifier refuses, which would be a fault of this program.
    #[error("refused by verification: {0}")]
    Rejected(String),
}

/// Signs `source` (PAdES B-B) into `target`, replacing what is there. The file is read in pieces: memory stays small
/// however long it is. The identity must be unlocked. Of the options, the room for the CMS is chosen here.
///
/// # Errors
/// Anything; `target` is untouched then.
pub fn sign_file(
    source: &Path,
    target: &Path,
    identity: &Identity,
    signer: &mut dyn Signer,
    options: &Options,
) -> Result<(), SignFileError> {
    let hash = hash(&identity.certificate)?;
    let (own, chain) = (&identity.certificate, &identity.chain);
    let options = Options {
        reserved: room(identity, hash),
        ..options.clone()
    };
    let mut draft = Draft::over(File::open(source)?, &options)?;
    draft.leaves_page()?;
    let content = draft.digest(hash)?;
    let inside = cms::Draft::new(own, chain, hash, &content, Form::Detached)?;
    let value = signer.sign(&identity.id, &inside.to_sign())?;
    let inside = inside.finish(&value, None)?;
    write_atomically(
        target,
        |out| Ok(draft.write(&inside, out)?),
        // What is on the disk now, through the eyes of whoever will verify it.
        |written, ()| {
            let signed = Signed::open(File::open(written)?);
            let mut signed = signed.map_err(|why| SignFileError::Rejected(why.to_string()))?;
            holds(&mut signed).map_err(SignFileError::Rejected)
        },
    )
}

fn hash(certificate: &[u8]) -> Result<Hash, CmsError> {
    Ok(Certificate::parse(certificate)?.hash()?)
}

/// That the last signature is there and holds. Nobody is believed here: a path there is not, but all else has to hold.
pub(crate) fn holds<R: Read + Seek>(signed: &mut Signed<R>) -> Result<(), String> {
    let nobody = Trust::default();
    let verdicts = judge(signed, &Context::now(&nobody)).map_err(|why| why.to_string())?;
    let last = verdicts.last().ok_or("the signature is not found again")?;
    match last.sub_indication {
        Some(SubIndication::NoCertificateChainFound) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}
