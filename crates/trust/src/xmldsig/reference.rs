//! What a signature says it covers, and whether it does.

use super::{canonical, crypto, decode, mode};
use crate::SignatureError;
use crate::names::{DS, ENVELOPED, XADES};
use bergshamra_c14n::{C14nMode, canonicalize_doc};
use bergshamra_xml::{Document, NodeId, NodeSet};
use openssl::hash::MessageDigest;
use std::collections::HashMap;

/// `SignedInfo`, read from its canonical bytes.
pub struct SignedInfo {
    /// The signature algorithm.
    pub method: String,
    /// What is covered.
    pub references: Vec<Reference>,
}

/// One `Reference`.
pub struct Reference {
    uri: String,
    enveloped: bool,
    mode: C14nMode,
    hash: MessageDigest,
    digest: Vec<u8>,
}

/// Where references point into.
pub struct Place<'a, 'd> {
    pub document: &'a Document<'d>,
    pub root: NodeId,
    pub signature: NodeId,
    pub ids: &'a HashMap<&'a str, NodeId>,
}

/// What the references gave.
pub struct Covered {
    /// The root's canonical bytes, without the signature.
    pub content: Vec<u8>,
    /// The certificate that the signed properties name; none where there are no such properties.
    pub signing_certificate: Option<NamedCertificate>,
}

/// A certificate by its hash.
pub struct NamedCertificate {
    hash: MessageDigest,
    digest: Vec<u8>,
}

impl NamedCertificate {
    /// Whether it is this one.
    pub fn check(&self, certificate: &[u8]) -> Result<(), SignatureError> {
        match crypto::digest(self.hash, certificate)? == self.digest {
            true => Ok(()),
            false => Err(SignatureError::OtherCertificate),
        }
    }
}

/// Reads `SignedInfo` from the bytes that are signed.
pub fn read(canonical: &[u8]) -> Result<SignedInfo, SignatureError> {
    let text =
        std::str::from_utf8(canonical).map_err(|_| SignatureError::Structure("SignedInfo"))?;
    let document =
        roxmltree::Document::parse(text).map_err(|_| SignatureError::Structure("SignedInfo"))?;
    let info = document.root_element();
    let children: Vec<_> = info
        .children()
        .filter(roxmltree::Node::is_element)
        .collect();
    let [_, method, references @ ..] = children.as_slice() else {
        return Err(SignatureError::Structure("SignedInfo"));
    };
    if !method.has_tag_name((DS, "SignatureMethod")) {
        return Err(SignatureError::Structure("SignatureMethod"));
    }
    let references: Result<Vec<_>, _> = references.iter().map(|node| reference(*node)).collect();
    Ok(SignedInfo {
        method: algorithm(*method)?.to_owned(),
        references: references?,
    })
}

fn reference(node: roxmltree::Node<'_, '_>) -> Result<Reference, SignatureError> {
    if !node.has_tag_name((DS, "Reference")) {
        return Err(SignatureError::Structure("Reference"));
    }
    let uri = node.attribute("URI").ok_or(SignatureError::References)?;
    let mut enveloped = false;
    // Without a canonicalisation, XML Signature 1.1 (4.4.3.2) asks for Canonical XML 1.0.
    let mut last = None;
    let transforms = child(node, DS, "Transforms");
    for transform in transforms.into_iter().flat_map(elements) {
        match algorithm(transform)? {
            ENVELOPED if !enveloped && last.is_none() => enveloped = true,
            ENVELOPED => return Err(SignatureError::Transform(ENVELOPED.to_owned())),
            uri if last.is_none() => last = Some(mode(uri)?),
            uri => return Err(SignatureError::Transform(uri.to_owned())),
        }
    }
    let method =
        child(node, DS, "DigestMethod").ok_or(SignatureError::Structure("DigestMethod"))?;
    let value = child(node, DS, "DigestValue").ok_or(SignatureError::Structure("DigestValue"))?;
    Ok(Reference {
        uri: uri.to_owned(),
        enveloped,
        mode: last.unwrap_or(C14nMode::Inclusive),
        hash: crypto::hash(algorithm(method)?)?,
        digest: decode(value.text().unwrap_or_default())?,
    })
}

/// Checks every reference: one covers the root, at most one more the signature's own signed properties.
pub fn check(references: &[Reference], place: &Place<'_, '_>) -> Result<Covered, SignatureError> {
    let document = place.document;
    let own = document.get_attribute(place.root, "Id");
    let mut content = None;
    let mut named = None;
    for reference in references {
        let target = reference.uri.strip_prefix('#');
        let whole = reference.uri.is_empty() || (target.is_some() && target == own);
        let bytes = if whole {
            if !reference.enveloped || content.is_some() {
                return Err(SignatureError::References);
            }
            without_signature(place, reference)?
        } else {
            let node = target
                .and_then(|id| place.ids.get(id))
                .filter(|node| is_signed_properties(place, **node))
                .ok_or(SignatureError::References)?;
            if reference.enveloped || named.is_some() {
                return Err(SignatureError::References);
            }
            canonical(document, *node, reference.mode)?
        };
        if crypto::digest(reference.hash, &bytes)? != reference.digest {
            return Err(SignatureError::Digest);
        }
        match whole {
            true => content = Some(bytes),
            false => named = Some(signing_certificate(&bytes)?),
        }
    }
    Ok(Covered {
        content: content.ok_or(SignatureError::References)?,
        signing_certificate: named,
    })
}

/// The document, or its root, as it was before it was signed.
fn without_signature(
    place: &Place<'_, '_>,
    reference: &Reference,
) -> Result<Vec<u8>, SignatureError> {
    let document = place.document;
    let from = match reference.uri.is_empty() {
        true => document.root(),
        false => place.root,
    };
    let mut nodes = NodeSet::tree_without_comments(from, document);
    nodes.remove_id(place.signature);
    for node in document.descendants(place.signature) {
        nodes.remove_id(node);
    }
    canonicalize_doc::<&str>(document, reference.mode, Some(&nodes), &[])
        .map_err(|_| SignatureError::Structure("canonical form"))
}

/// `Signature/Object/QualifyingProperties/SignedProperties`, of this very signature.
fn is_signed_properties(place: &Place<'_, '_>, node: NodeId) -> bool {
    let document = place.document;
    let is = |node: NodeId, namespace, name| {
        document
            .element(node)
            .is_some_and(|element| element.name.matches(Some(namespace), name))
    };
    let qualifying = document.parent(node);
    let object = qualifying.and_then(|node| document.parent(node));
    is(node, XADES, "SignedProperties")
        && qualifying.is_some_and(|node| is(node, XADES, "QualifyingProperties"))
        && object.is_some_and(|node| is(node, DS, "Object"))
        && object.and_then(|node| document.parent(node)) == Some(place.signature)
}

/// The certificate that the signed properties name (EN 319 132-1, 5.2.2; the first version of it as well).
fn signing_certificate(properties: &[u8]) -> Result<NamedCertificate, SignatureError> {
    const MISSING: SignatureError = SignatureError::Structure("SigningCertificate");
    let text = std::str::from_utf8(properties).map_err(|_| MISSING)?;
    let document = roxmltree::Document::parse(text).map_err(|_| MISSING)?;
    let root = document.root_element();
    let signed = child(root, XADES, "SignedSignatureProperties").ok_or(MISSING)?;
    let named = child(signed, XADES, "SigningCertificateV2")
        .or_else(|| child(signed, XADES, "SigningCertificate"))
        .ok_or(MISSING)?;
    // The first one is the signer's; what follows is its chain.
    let digest = child(named, XADES, "Cert")
        .and_then(|node| child(node, XADES, "CertDigest"))
        .ok_or(MISSING)?;
    let method = child(digest, DS, "DigestMethod").ok_or(MISSING)?;
    let value = child(digest, DS, "DigestValue").ok_or(MISSING)?;
    Ok(NamedCertificate {
        hash: crypto::naming_hash(algorithm(method)?)?,
        digest: decode(value.text().unwrap_or_default())?,
    })
}

fn elements<'a, 'i>(
    node: roxmltree::Node<'a, 'i>,
) -> impl Iterator<Item = roxmltree::Node<'a, 'i>> {
    node.children().filter(roxmltree::Node::is_element)
}

/// The child of this name where there is exactly one.
fn child<'a, 'i>(
    node: roxmltree::Node<'a, 'i>,
    namespace: &str,
    name: &str,
) -> Option<roxmltree::Node<'a, 'i>> {
    let mut found = elements(node).filter(|child| child.has_tag_name((namespace, name)));
    found.next().filter(|_| found.next().is_none())
}

fn algorithm<'a>(node: roxmltree::Node<'a, '_>) -> Result<&'a str, SignatureError> {
    if node.children().any(|child| child.is_element()) {
        return Err(SignatureError::Structure("method parameters"));
    }
    node.attribute("Algorithm")
        .ok_or(SignatureError::Structure("Algorithm"))
}
