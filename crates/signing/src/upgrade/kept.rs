//! Whether an upgraded file is still the file that was signed: asked right before one takes the other's place.

use super::UpgradeError;
use crate::cms::{SignedData, SignerInfo};
use crate::pades::Signed;

/// Whether the new bytes are the old ones made to last: of a PDF nothing is changed but the room of its last signature
/// (which no signature covers), where the same signer must stand, and what follows is appended; a `.p7m` has the same
/// content and the same signers, each with all that was on it.
///
/// # Errors
/// [`UpgradeError`] where one of the two cannot be read.
pub fn keeps(old: &[u8], new: &[u8]) -> Result<bool, UpgradeError> {
    match old.starts_with(b"%PDF-") {
        true => keeps_pdf(old, new),
        false => Ok(keeps_cms(
            &SignedData::parse(old)?,
            &SignedData::parse(new)?,
        )),
    }
}

fn keeps_pdf(old: &[u8], new: &[u8]) -> Result<bool, UpgradeError> {
    if new.starts_with(old) {
        return Ok(true);
    }
    let read = |pdf| Signed::new(pdf).map_err(|_| UpgradeError::Pdf);
    let (before, after) = (read(old)?, read(new)?);
    let Some(last) = before.signatures().iter().find(|one| one.covers_whole_file) else {
        return Ok(false);
    };
    let same = after
        .signatures()
        .iter()
        .find(|one| one.field == last.field && one.byte_range == last.byte_range);
    let Some(same) = same else { return Ok(false) };
    let [start, length, end, _] = last.byte_range;
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    let (hole, end) = (place(start.saturating_add(length)), place(end));
    let head = old.get(..hole).zip(new.get(..hole));
    let tail = old.get(end..).zip(new.get(end..));
    let outside = head.is_some_and(|(old, new)| old == new)
        && tail.is_some_and(|(old, new)| new.starts_with(old));
    let inside = keeps_cms(
        &SignedData::parse(&last.cms)?,
        &SignedData::parse(&same.cms)?,
    );
    Ok(outside && inside && same.is_intact() == last.is_intact())
}

fn keeps_cms(old: &SignedData<'_>, new: &SignedData<'_>) -> bool {
    let certificates = &new.certificates;
    old.content_type == new.content_type
        && old.content() == new.content()
        && old.signers.len() == new.signers.len()
        && old
            .certificates
            .iter()
            .all(|certificate| certificates.contains(certificate))
        && old
            .signers
            .iter()
            .all(|signer| new.signers.iter().any(|other| is_same(signer, other)))
}

fn is_same(old: &SignerInfo, new: &SignerInfo) -> bool {
    old.identifier == new.identifier
        && old.signature == new.signature
        && old.signed_bytes == new.signed_bytes
        && old.unsigned.iter().all(|one| new.unsigned.contains(one))
}
