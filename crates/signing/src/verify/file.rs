//! A whole file: signatures inside signatures (the "matrioska"), outermost first.

use super::{Content, Context, conclude};
use crate::cms::{Encoding, ReadError, SignedData};
use crate::tsp::{StampedVerdict, judge_read};
use crate::{Indication, SubIndication};
use serde::{Deserialize, Serialize};

/// Layers that are judged.
pub(super) const MOST_LAYERS: usize = 16;

/// What is to be said of a `.p7m` or `.p7s`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileVerdict {
    /// The worst answer of all signers of all layers.
    pub indication: Indication,
    /// Its reason.
    pub sub_indication: Option<SubIndication>,
    /// Outermost first.
    pub layers: Vec<Layer>,
    /// The innermost content, as a person wants to see it.
    #[serde(skip)]
    pub content: Option<Vec<u8>>,
}

/// One SignedData.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// How it was written.
    pub encoding: Encoding,
    /// Its signers, side by side, each at the earliest time that its own time stamps prove.
    pub signers: Vec<StampedVerdict>,
    /// How many OCSP answers and CRLs it carries.
    pub revocations: usize,
}

/// Judges a file and all signatures inside it. `beside` is the content of a detached one.
///
/// # Errors
/// Where the outermost is no SignedData, or the layers do not end.
pub fn file(
    bytes: &[u8],
    beside: Option<&dyn Content>,
    context: &Context<'_>,
) -> Result<FileVerdict, ReadError> {
    let mut layers = Vec::new();
    let content = rest(SignedData::parse(bytes)?, beside, context, &mut layers)?;
    let (indication, sub_indication) = worst(&layers, context);
    Ok(FileVerdict {
        indication,
        sub_indication,
        layers,
        content,
    })
}

/// Judges a layer and those inside it, and gives the innermost content.
pub(super) fn rest(
    outermost: SignedData<'_>,
    beside: Option<&dyn Content>,
    context: &Context<'_>,
    layers: &mut Vec<Layer>,
) -> Result<Option<Vec<u8>>, ReadError> {
    let (mut data, mut beside) = (outermost, beside);
    loop {
        layers.push(layer(&data, beside.take(), context));
        let Some(content) = data.content().map(<[u8]>::to_vec) else {
            return Ok(None);
        };
        match SignedData::parse(&content).map(SignedData::into_owned) {
            Ok(_) if layers.len() == MOST_LAYERS => return Err(ReadError::TooManyLayers),
            Ok(inner) => data = inner,
            Err(_) => return Ok(Some(content)),
        }
    }
}

pub(super) fn layer(
    data: &SignedData<'_>,
    content: Option<&dyn Content>,
    context: &Context<'_>,
) -> Layer {
    Layer {
        encoding: data.encoding,
        signers: judge_read(data, content, context),
        revocations: data.crls.len() + data.ocsp.len(),
    }
}

pub(super) fn worst(
    layers: &[Layer],
    context: &Context<'_>,
) -> (Indication, Option<SubIndication>) {
    let all = || {
        layers
            .iter()
            .flat_map(|layer| &layer.signers)
            .map(|stamped| &stamped.signer)
    };
    // A layer that nobody signed says nothing: it is no signature.
    if layers.iter().any(|layer| layer.signers.is_empty()) {
        return conclude(&[super::Finding::NoCertificate], context.at);
    }
    let of = |indication| all().find(|signer| signer.indication == indication);
    match of(Indication::TotalFailed).or_else(|| of(Indication::Indeterminate)) {
        Some(signer) => (signer.indication, signer.sub_indication),
        None => (Indication::TotalPassed, None),
    }
}
