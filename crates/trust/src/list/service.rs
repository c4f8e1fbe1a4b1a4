//! A trust service and its history (TS 119 612, 5.5 and 5.6).

use super::qualification;
use super::read::{certificates, child, children, local_name, short, time, words};
use crate::names::{self, ADDITIONAL, QUALIFICATIONS, TSL};
use jiff::Timestamp;
use roxmltree::Node;
use signing::{Qualification, Standing};

/// The most past states that are read of one service.
const MAX_HISTORY: usize = 200;

/// The most certificates of one service; published lists have up to five.
const MAX_CERTIFICATES: usize = 64;

/// A service of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustService {
    /// The provider, in Italian where the list has it so.
    pub provider: String,
    /// The service's name.
    pub name: String,
    /// DER of its certificates: more than one where one key has several.
    pub certificates: Vec<Vec<u8>>,
    /// What it was and is, oldest first; the last one is the present.
    pub instances: Vec<Instance>,
}

/// What a service was from a time on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// `StatusStartingTime`.
    pub since: Timestamp,
    /// `ServiceTypeIdentifier`.
    pub kind: String,
    /// Whether the supervisor stands by it.
    pub standing: Standing,
    /// The `AdditionalServiceInformation`: what its certificates are for.
    pub purposes: Vec<String>,
    /// What is said of some of its certificates.
    pub qualifications: Vec<Qualification>,
}

/// Reads a `TSPService`; none where it has nothing to anchor at, or is of a state that nobody knows.
pub fn read(node: Node<'_, '_>, provider: &str) -> Option<TrustService> {
    let now = child(node, "ServiceInformation")?;
    let certificates: Vec<_> = child(now, "ServiceDigitalIdentity")
        .into_iter()
        .flat_map(certificates)
        .take(MAX_CERTIFICATES)
        .collect();
    let history = child(node, "ServiceHistory")
        .into_iter()
        .flat_map(|node| children(node, "ServiceHistoryInstance"))
        .take(MAX_HISTORY);
    // A past state that cannot be read leaves a gap, which the state before it must not fill.
    let past = history.map(|node| instance(node).or_else(|| unknown(node)));
    let mut instances: Vec<_> = past.flatten().collect();
    instances.push(instance(now)?);
    instances.sort_by_key(|instance| instance.since);
    if certificates.is_empty() {
        return None;
    }
    Some(TrustService {
        provider: provider.to_owned(),
        name: child(now, "ServiceName")
            .and_then(local_name)
            .unwrap_or_default(),
        certificates,
        instances,
    })
}

fn instance(node: Node<'_, '_>) -> Option<Instance> {
    let standing = child(node, "ServiceStatus")
        .and_then(|node| names::status(words(node)))
        .and_then(standing)?;
    state(node, standing)
}

/// A state of an unknown name: nothing is granted by it.
fn unknown(node: Node<'_, '_>) -> Option<Instance> {
    state(node, Standing::Withdrawn)
}

fn state(node: Node<'_, '_>, standing: Standing) -> Option<Instance> {
    let (purposes, qualifications) = extensions(node);
    Some(Instance {
        since: child(node, "StatusStartingTime").and_then(time)?,
        kind: child(node, "ServiceTypeIdentifier").map(short)?,
        standing,
        purposes,
        qualifications,
    })
}

/// The statuses of TS 119 612, 5.5.4, and those from before the Regulation (annex D.5.6 of its version 1).
/// `supervisionincessation` still stands: the supervisor watches until the provider has ceased.
fn standing(word: &str) -> Option<Standing> {
    match word {
        "granted"
        | "recognisedatnationallevel"
        | "undersupervision"
        | "supervisionincessation"
        | "accredited"
        | "setbynationallaw" => Some(Standing::Granted),
        "withdrawn"
        | "deprecatedatnationallevel"
        | "supervisionceased"
        | "supervisionrevoked"
        | "accreditationceased"
        | "accreditationrevoked"
        | "deprecatedbynationallaw" => Some(Standing::Withdrawn),
        _ => None,
    }
}

/// What the extensions of a state say (TS 119 612, 5.5.9): what it is for, and the qualifications of certificates.
fn extensions(node: Node<'_, '_>) -> (Vec<String>, Vec<Qualification>) {
    let (mut purposes, mut qualifications) = (Vec::new(), Vec::new());
    let extensions = child(node, "ServiceInformationExtensions")
        .into_iter()
        .flat_map(|node| children(node, "Extension"));
    for extension in extensions {
        let critical = matches!(extension.attribute("Critical"), Some("true" | "1"));
        for content in extension.children().filter(Node::is_element) {
            let name = content.tag_name();
            let understood = match (name.namespace(), name.name()) {
                (Some(TSL), "AdditionalServiceInformation") => {
                    let purpose = child(content, "URI").map(short);
                    let known = purpose.as_deref().is_some_and(names::is_purpose);
                    purposes.extend(purpose);
                    known
                }
                (Some(QUALIFICATIONS), "Qualifications") => {
                    qualifications.extend(qualification::read(content, critical));
                    true
                }
                // What they say changes nothing here: until when it tells of revocations, and whose it is now.
                (Some(TSL), "ExpiredCertsRevocationInfo") | (Some(ADDITIONAL), "TakenOverBy") => {
                    true
                }
                _ => false,
            };
            if critical && !understood {
                qualifications.push(Qualification::unclear());
            }
        }
    }
    (purposes, qualifications)
}
