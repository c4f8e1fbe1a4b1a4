//! From the canonical bytes to a list.

use super::service::{self, TrustService};
use super::{Claims, Kind, List, Pointer};
use crate::names::TSL;
use crate::xmldsig::{Checked, Fingerprint};
use crate::{TrustError, xml};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use roxmltree::Node;
use std::collections::HashSet;

/// The most services of one list; the longest lists have about a thousand.
const MAX_SERVICES: usize = 20_000;
/// The most pointers; the list of lists has about fifty.
const MAX_POINTERS: usize = 1_000;
/// The longest text that is kept, in bytes.
const MAX_TEXT: usize = 1_000;
/// The largest certificate, in bytes of DER.
const MAX_CERTIFICATE: usize = 32 * 1024;

/// Reads the bytes that were hashed.
pub fn read(checked: &Checked) -> Result<List, TrustError> {
    let text = xml::text(&checked.content)?;
    let document = parse(text)?;
    let root = root(&document)?;
    let scheme =
        child(root, "SchemeInformation").ok_or(TrustError::NotAList("SchemeInformation"))?;
    let Claims {
        kind,
        territory,
        sequence,
        ..
    } = claims_of(scheme)?;
    let version = number(scheme, "TSLVersionIdentifier")?;
    if !matches!(version, 5 | 6) {
        return Err(TrustError::Version(version));
    }
    Ok(List {
        version,
        sequence,
        kind,
        territory,
        issued: child(scheme, "ListIssueDateTime")
            .and_then(time)
            .ok_or(TrustError::NotAList("ListIssueDateTime"))?,
        next_update: next_update(scheme)?,
        pointers: pointers(scheme)?,
        services: services(root)?,
        signer: checked.signer,
    })
}

/// Reads the claims of a list that nobody checked.
pub fn claims(bytes: &[u8]) -> Result<Claims, TrustError> {
    let document = parse(xml::text(bytes)?)?;
    let root = root(&document)?;
    let scheme =
        child(root, "SchemeInformation").ok_or(TrustError::NotAList("SchemeInformation"))?;
    claims_of(scheme)
}

fn parse(text: &str) -> Result<roxmltree::Document<'_>, TrustError> {
    roxmltree::Document::parse(text).map_err(|error| TrustError::Xml(error.to_string()))
}

fn root<'a, 'i>(document: &'a roxmltree::Document<'i>) -> Result<Node<'a, 'i>, TrustError> {
    let root = document.root_element();
    match root.has_tag_name((TSL, "TrustServiceStatusList")) {
        true => Ok(root),
        false => Err(TrustError::NotAList("TrustServiceStatusList")),
    }
}

fn claims_of(scheme: Node<'_, '_>) -> Result<Claims, TrustError> {
    Ok(Claims {
        kind: child(scheme, "TSLType")
            .map(|node| Kind::of(words(node)))
            .ok_or(TrustError::NotAList("TSLType"))?,
        territory: child(scheme, "SchemeTerritory")
            .map(short)
            .ok_or(TrustError::NotAList("SchemeTerritory"))?,
        sequence: number(scheme, "TSLSequenceNumber")?,
        addresses: child(scheme, "SchemeInformationURI")
            .into_iter()
            .flat_map(|node| children(node, "URI"))
            .take(MAX_POINTERS)
            .map(short)
            .collect(),
    })
}

/// `NextUpdate` must be there; it is empty where a list is closed (TS 119 612, 5.3.15).
fn next_update(scheme: Node<'_, '_>) -> Result<Option<Timestamp>, TrustError> {
    const NAME: &str = "NextUpdate";
    let node = child(scheme, NAME).ok_or(TrustError::NotAList(NAME))?;
    match child(node, "dateTime") {
        Some(node) => time(node).map(Some).ok_or(TrustError::NotAList(NAME)),
        None => Ok(None),
    }
}

fn pointers(scheme: Node<'_, '_>) -> Result<Vec<Pointer>, TrustError> {
    let mut all = Vec::new();
    for node in child(scheme, "PointersToOtherTSL")
        .into_iter()
        .flat_map(|node| children(node, "OtherTSLPointer"))
    {
        if all.len() == MAX_POINTERS {
            return Err(TrustError::TooLarge);
        }
        let about = child(node, "AdditionalInformation");
        let about = |name| {
            about
                .into_iter()
                .flat_map(|node| children(node, "OtherInformation"))
                .find_map(|node| child(node, name))
        };
        // A pointer without these says nothing that could be used.
        let (Some(kind), Some(territory)) = (about("TSLType"), about("SchemeTerritory")) else {
            continue;
        };
        let identities = child(node, "ServiceDigitalIdentities")
            .into_iter()
            .flat_map(|node| children(node, "ServiceDigitalIdentity"));
        let signers: HashSet<Fingerprint> = identities
            .flat_map(certificates)
            .map(|der| openssl::sha::sha256(&der))
            .collect();
        all.push(Pointer {
            kind: Kind::of(words(kind)),
            territory: short(territory),
            location: child(node, "TSLLocation").map(short).unwrap_or_default(),
            signers,
        });
    }
    Ok(all)
}

fn services(root: Node<'_, '_>) -> Result<Vec<TrustService>, TrustError> {
    let mut all = Vec::new();
    let providers = child(root, "TrustServiceProviderList")
        .into_iter()
        .flat_map(|node| children(node, "TrustServiceProvider"));
    for provider in providers {
        let name = child(provider, "TSPInformation")
            .and_then(|node| child(node, "TSPName"))
            .and_then(local_name)
            .unwrap_or_default();
        let services = child(provider, "TSPServices")
            .into_iter()
            .flat_map(|node| children(node, "TSPService"));
        for node in services {
            if all.len() == MAX_SERVICES {
                return Err(TrustError::TooLarge);
            }
            all.extend(service::read(node, &name));
        }
    }
    Ok(all)
}

/// The name in Italian, else in English, else the first.
pub fn local_name(node: Node<'_, '_>) -> Option<String> {
    let names = || children(node, "Name");
    let in_language = |language| {
        names().find(|name| name.attribute((roxmltree::NS_XML_URI, "lang")) == Some(language))
    };
    in_language("it")
        .or_else(|| in_language("en"))
        .or_else(|| names().next())
        .map(short)
}

/// The certificates of a `ServiceDigitalIdentity`: those that can be read.
pub fn certificates<'a>(identity: Node<'a, '_>) -> impl Iterator<Item = Vec<u8>> + 'a {
    children(identity, "DigitalId")
        .filter_map(|node| child(node, "X509Certificate"))
        .filter_map(|node| {
            let dense: String = node.text()?.split_ascii_whitespace().collect();
            STANDARD.decode(dense).ok()
        })
        .filter(|der| der.len() <= MAX_CERTIFICATE)
}

pub fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

pub fn children<'a, 'i, 'n>(
    node: Node<'a, 'i>,
    name: &'n str,
) -> impl Iterator<Item = Node<'a, 'i>> + use<'a, 'i, 'n> {
    node.children()
        .filter(move |child| child.has_tag_name((TSL, name)))
}

/// The same in another namespace than that of lists.
pub fn child_of<'a, 'i>(node: Node<'a, 'i>, namespace: &str, name: &str) -> Option<Node<'a, 'i>> {
    node.children()
        .find(|child| child.has_tag_name((namespace, name)))
}

/// The text, without the white space around it.
pub fn words<'a>(node: Node<'a, '_>) -> &'a str {
    node.text().unwrap_or_default().trim()
}

/// The same, kept: no longer than anybody would read.
pub fn short(node: Node<'_, '_>) -> String {
    let text = words(node);
    let end = text.floor_char_boundary(MAX_TEXT);
    text[..end].to_owned()
}

fn number(node: Node<'_, '_>, name: &'static str) -> Result<u64, TrustError> {
    child(node, name)
        .and_then(|node| words(node).parse().ok())
        .ok_or(TrustError::NotAList(name))
}

/// `xs:dateTime`, in UTC as the standard asks (TS 119 612, 5.1.4).
pub fn time(node: Node<'_, '_>) -> Option<Timestamp> {
    let time: Timestamp = words(node).parse().ok()?;
    // Lists count in seconds; so do the cache and the comparisons.
    Timestamp::from_second(time.as_second()).ok()
}
