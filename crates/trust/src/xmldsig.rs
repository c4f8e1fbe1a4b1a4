//! The XML signature of a list: one, enveloped, over everything, by a certificate that was expected.
//!
//! What is believed afterwards is read from the very bytes that were hashed ([`Checked::content`]), never from
//! the document as it came: two parsers that see two documents, comments that split a text, an element moved
//! elsewhere, none of them has a place to live.
//!
//! Rules: W3C XML Signature 1.1; ETSI TS 119 612, annex B (enveloped, exclusive canonicalisation) and the
//! European lists' practice of a second reference to the signed properties of XAdES (EN 319 132-1).

mod crypto;
mod reference;

use crate::names::DS;
use crate::{SignatureError, TrustError, xml};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bergshamra_c14n::{C14nMode, canonicalize_doc};
use bergshamra_xml::{Document, NodeId, NodeSet};
use std::collections::{HashMap, HashSet};

/// SHA-256 of the DER of a certificate.
pub type Fingerprint = [u8; 32];

/// A list whose signature holds.
pub struct Checked {
    /// The canonical bytes that were hashed: the list without its signature.
    pub content: Vec<u8>,
    /// Who signed it.
    pub signer: Fingerprint,
}

/// Checks a list's signature against the certificates that may sign it.
///
/// # Errors
/// Those of [`xml::text`]; [`TrustError::Xml`]; [`TrustError::Signature`].
pub fn check(bytes: &[u8], expected: &HashSet<Fingerprint>) -> Result<Checked, TrustError> {
    let document = xml::document(xml::text(bytes)?)?;
    let document = &document;
    let root = document
        .document_element()
        .ok_or(SignatureError::Structure("root"))?;
    let (signature, ids) = survey(document, root)?;
    let info = only_child(document, signature, "SignedInfo")?;
    let method = only_child(document, info, "CanonicalizationMethod")?;
    let info = canonical(document, info, mode(attribute(document, method)?)?)?;
    let signed = reference::read(&info)?;

    let place = reference::Place {
        document,
        root,
        signature,
        ids: &ids,
    };
    let references = reference::check(&signed.references, &place)?;

    let value = decode(&text_of(
        document,
        only_child(document, signature, "SignatureValue")?,
    ))?;
    for certificate in certificates(document, signature)? {
        let fingerprint = crypto::fingerprint(&certificate);
        if !expected.contains(&fingerprint) {
            continue;
        }
        crypto::verify(&signed.method, &certificate, &info, &value)?;
        if let Some(named) = &references.signing_certificate {
            named.check(&certificate)?;
        }
        return Ok(Checked {
            content: references.content,
            signer: fingerprint,
        });
    }
    Err(SignatureError::UnknownSigner.into())
}

/// The one signature, and every identifier of the document.
fn survey<'a>(
    document: &'a Document<'_>,
    root: NodeId,
) -> Result<(NodeId, HashMap<&'a str, NodeId>), SignatureError> {
    let mut found = None;
    let mut ids = HashMap::new();
    for node in std::iter::once(root).chain(document.descendants(root)) {
        let Some(element) = document.element(node) else {
            continue;
        };
        if element.name.matches(Some(DS), "Signature") && found.replace(node).is_some() {
            return Err(SignatureError::Several);
        }
        for attribute in &element.attributes {
            // Every spelling counts as an identifier, so that no two readings of "Id" can differ.
            if attribute.name.local_name.eq_ignore_ascii_case("id")
                && ids.insert(&*attribute.value, node).is_some()
            {
                return Err(SignatureError::DuplicateId(attribute.value.to_string()));
            }
        }
    }
    let signature = found.ok_or(SignatureError::Missing)?;
    match document.parent(signature) == Some(root) {
        true => Ok((signature, ids)),
        false => Err(SignatureError::Misplaced),
    }
}

/// The canonical form of a subtree.
fn canonical(
    document: &Document<'_>,
    node: NodeId,
    mode: C14nMode,
) -> Result<Vec<u8>, SignatureError> {
    let nodes = NodeSet::tree_without_comments(node, document);
    canonicalize_doc::<&str>(document, mode, Some(&nodes), &[])
        .map_err(|_| SignatureError::Structure("canonical form"))
}

/// The canonicalisations that lists use: never one with comments.
fn mode(uri: &str) -> Result<C14nMode, SignatureError> {
    C14nMode::from_uri(uri)
        .filter(|mode| !mode.with_comments())
        .ok_or_else(|| SignatureError::Transform(uri.to_owned()))
}

/// The `Algorithm` of a method that must have no parameters (prefix lists change what is hashed).
fn attribute<'a>(document: &'a Document<'_>, node: NodeId) -> Result<&'a str, SignatureError> {
    if document
        .children_iter(node)
        .any(|child| document.element(child).is_some())
    {
        return Err(SignatureError::Structure("method parameters"));
    }
    document
        .get_attribute(node, "Algorithm")
        .ok_or(SignatureError::Structure("Algorithm"))
}

/// The child of this name, of which there must be one.
fn only_child(
    document: &Document<'_>,
    parent: NodeId,
    name: &'static str,
) -> Result<NodeId, SignatureError> {
    let mut children = document
        .child_elements_by_name_ns(parent, DS, name)
        .into_iter();
    match (children.next(), children.next()) {
        (Some(child), None) => Ok(child),
        _ => Err(SignatureError::Structure(name)),
    }
}

/// The certificates of `KeyInfo/X509Data`: candidates only, which of them counts is what was expected.
fn certificates(
    document: &Document<'_>,
    signature: NodeId,
) -> Result<Vec<Vec<u8>>, SignatureError> {
    /// A chain is a handful.
    const MOST: usize = 16;
    let info = only_child(document, signature, "KeyInfo")?;
    let mut all = Vec::new();
    for data in document.child_elements_by_name_ns(info, DS, "X509Data") {
        for certificate in document.child_elements_by_name_ns(data, DS, "X509Certificate") {
            if all.len() == MOST {
                return Err(SignatureError::Structure("X509Certificate"));
            }
            all.push(decode(&text_of(document, certificate))?);
        }
    }
    Ok(all)
}

fn text_of(document: &Document<'_>, node: NodeId) -> String {
    document.text_content_deep(node)
}

/// Base64 as XML has it: with line breaks anywhere.
fn decode(text: &str) -> Result<Vec<u8>, SignatureError> {
    let dense: String = text.split_ascii_whitespace().collect();
    STANDARD
        .decode(dense)
        .map_err(|_| SignatureError::Structure("base64"))
}
