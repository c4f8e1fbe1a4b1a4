//! The `Qualifications` extension of a service (TS 119 612, 5.5.9.2). What is not understood is kept as such: it must
//! not be passed over.

use super::read::{child_of, words};
use crate::names::{ADDITIONAL, QUALIFICATIONS, XADES, qualifier};
use roxmltree::Node;
use signing::{Assert, Criteria, Criterion, Qualification, Qualifier};

/// The largest extension, in bytes; published ones have up to ten thousand.
const MOST_BYTES: usize = 128 * 1024;
/// Lists in lists: published lists have two levels.
const DEEPEST: usize = 8;

/// Reads the elements of an extension; `critical` where what is unknown in it may not be passed over.
pub fn read(extension: Node<'_, '_>, critical: bool) -> Vec<Qualification> {
    if extension.range().len() > MOST_BYTES {
        return vec![Qualification::unclear()];
    }
    let elements = extension.children().filter(Node::is_element);
    let known =
        elements.map(
            |node| match node.has_tag_name((QUALIFICATIONS, "QualificationElement")) {
                true => element(node, critical),
                false => Some(Qualification::unclear()).filter(|_| critical),
            },
        );
    known.flatten().collect()
}

/// None where nothing is left of it.
fn element(node: Node<'_, '_>, critical: bool) -> Option<Qualification> {
    let qualifiers = child_of(node, QUALIFICATIONS, "Qualifiers")?
        .children()
        .filter(Node::is_element)
        .map(|node| qualifier(node.attribute("uri").unwrap_or_default().trim()))
        .filter(|qualifier| critical || *qualifier != Qualifier::Unknown)
        .collect::<Vec<_>>();
    let criteria = child_of(node, QUALIFICATIONS, "CriteriaList")
        .and_then(|node| list(node, 0))
        .unwrap_or_else(|| Qualification::unclear().criteria);
    (!qualifiers.is_empty()).then_some(Qualification {
        qualifiers,
        criteria,
    })
}

/// None where its criteria are put together in an unknown way.
fn list(node: Node<'_, '_>, depth: usize) -> Option<Criteria> {
    let assert = match node.attribute("assert") {
        Some("all") => Assert::All,
        Some("atLeastOne") => Assert::AtLeastOne,
        Some("none") => Assert::None,
        _ => return None,
    };
    let mut criteria = Vec::new();
    for node in node.children().filter(Node::is_element) {
        let name = node.tag_name();
        match (name.namespace(), name.name()) {
            (Some(QUALIFICATIONS), "Description") => continue,
            (Some(QUALIFICATIONS), "otherCriteriaList") => {
                let others = node.children().filter(Node::is_element);
                criteria.extend(others.map(other));
            }
            (Some(QUALIFICATIONS), kind) => criteria.push(criterion(node, kind, depth)),
            _ => criteria.push(Criterion::Unknown),
        }
    }
    Some(Criteria { assert, criteria })
}

fn criterion(node: Node<'_, '_>, kind: &str, depth: usize) -> Criterion {
    let known = match kind {
        "KeyUsage" => bits(node).map(Criterion::KeyUsage),
        "PolicySet" => {
            identifiers(node, QUALIFICATIONS, "PolicyIdentifier").map(Criterion::Policies)
        }
        "CriteriaList" if depth < DEEPEST => list(node, depth + 1).map(Criterion::Nested),
        _ => None,
    };
    known.unwrap_or(Criterion::Unknown)
}

/// What `otherCriteriaList` may have (TS 119 612, 5.5.9.2.2.3).
fn other(node: Node<'_, '_>) -> Criterion {
    let name = node.tag_name();
    let known = match (name.namespace(), name.name()) {
        (Some(ADDITIONAL), "ExtendedKeyUsage") => {
            identifiers(node, ADDITIONAL, "KeyPurposeId").map(Criterion::Purposes)
        }
        (Some(ADDITIONAL), "CertSubjectDNAttribute") => {
            identifiers(node, ADDITIONAL, "AttributeOID").map(Criterion::SubjectAttributes)
        }
        _ => None,
    };
    known.unwrap_or(Criterion::Unknown)
}

/// The bits in the order of RFC 5280, 4.2.1.3.
fn bits(node: Node<'_, '_>) -> Option<Vec<(u8, bool)>> {
    const NAMES: [&str; 9] = [
        "digitalSignature",
        "nonRepudiation",
        "keyEncipherment",
        "dataEncipherment",
        "keyAgreement",
        "keyCertSign",
        "crlSign",
        "encipherOnly",
        "decipherOnly",
    ];
    each(node, QUALIFICATIONS, "KeyUsageBit", |node| {
        let name = node.attribute("name")?;
        let bit = NAMES.iter().position(|known| *known == name)?;
        let value = match words(node) {
            "true" | "1" => true,
            "false" | "0" => false,
            _ => return None,
        };
        Some((u8::try_from(bit).ok()?, value))
    })
}

/// Object identifiers, dotted; lists write them as URNs too.
fn identifiers(node: Node<'_, '_>, namespace: &str, name: &str) -> Option<Vec<String>> {
    /// No object identifier of anybody is as long.
    const LONGEST: usize = 200;
    each(node, namespace, name, |node| {
        let words = words(child_of(node, XADES, "Identifier")?);
        let dotted = words.strip_prefix("urn:oid:").unwrap_or(words);
        (dotted.len() <= LONGEST).then(|| dotted.to_owned())
    })
}

/// All elements inside, which must be of this name and readable; none where there is none.
fn each<T>(
    node: Node<'_, '_>,
    namespace: &str,
    name: &str,
    read: impl Fn(Node<'_, '_>) -> Option<T>,
) -> Option<Vec<T>> {
    let elements = node.children().filter(Node::is_element);
    let all = elements
        .map(|node| node.has_tag_name((namespace, name)).then(|| read(node))?)
        .collect::<Option<Vec<_>>>()?;
    (!all.is_empty()).then_some(all)
}
