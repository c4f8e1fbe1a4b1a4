//! CAdES baseline B-B (EN 319 122-1, clause 6) on files: signing, adding a signer beside others, taking the content
//! out. Nothing is written under its name before [`crate::verify`] has accepted it.

mod add;
mod atomic;
mod envelope;
mod sign;

pub use add::Addition;
pub use atomic::write_atomically;
pub use envelope::Envelope;
pub use sign::{extract_file, sign_file};

use crate::cms::{CmsError, ReadError};
use crate::verify::Finding;
use crate::{Indication, SignerError};

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum CadesError {
    /// The signature could not be built.
    #[error(transparent)]
    Cms(#[from] CmsError),
    /// The key's device.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// A file.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// What should be signed beside others is no signature.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What should be signed beside others holds no plain data, or is detached and came without its content.
    #[error("not plain data, or the content is missing")]
    Content,
    /// Our own verifier refuses: the earlier signatures, or (which would be a fault of this program) the new one.
    #[error("refused by verification: {0:?}")]
    Rejected(Vec<Finding>),
    /// There is nothing inside.
    #[error("no content inside")]
    Empty,
}

/// That no signature is broken; paths and dates do not matter here.
fn intact(
    verdicts: &[crate::verify::SignerVerdict],
    at: crate::verify::At,
) -> Result<(), CadesError> {
    let unfit = |finding: &&Finding| {
        let weight = finding.weight(at);
        weight.is_some_and(|(indication, _)| indication == Indication::TotalFailed)
            || matches!(
                finding,
                Finding::NoContent | Finding::NoCertificate | Finding::OtherCertificate
            )
    };
    let refused = verdicts
        .iter()
        .flat_map(|verdict| verdict.findings.iter().filter(unfit))
        .copied()
        .collect::<Vec<_>>();
    if refused.is_empty() && !verdicts.is_empty() {
        Ok(())
    } else {
        Err(CadesError::Rejected(refused))
    }
}
