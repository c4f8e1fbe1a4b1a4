//! Certificate policies along a path (RFC 5280, 6.1), kept as the graph of RFC 9618: a policy is there once at each
//! depth, so that no path costs exponential memory (CVE-2023-0464).

use super::Settings;
use crate::asn1::{Asn1Error, Tlv, oid, tag};
use crate::x509::Certificate;
use std::collections::{BTreeMap, BTreeSet};

/// More policies or mappings than any certificate has.
const MOST: usize = 128;

type Policy = Vec<u8>;

#[derive(Debug, Clone, Default)]
struct Node {
    expected: BTreeSet<Policy>,
    parents: BTreeSet<Policy>,
}

/// The state of the algorithm.
#[derive(Debug)]
pub(super) struct Policies {
    /// Depth by depth; empty once no policy is left (the standard's NULL tree).
    levels: Vec<BTreeMap<Policy, Node>>,
    explicit: usize,
    mapping: usize,
    any: usize,
    wanted: Option<BTreeSet<Policy>>,
}

impl Policies {
    pub(super) fn new(length: usize, settings: &Settings) -> Self {
        let counter = |now: bool| if now { 0 } else { length + 1 };
        let root = Node {
            expected: BTreeSet::from([any()]),
            parents: BTreeSet::new(),
        };
        Self {
            levels: vec![BTreeMap::from([(any(), root)])],
            explicit: counter(settings.explicit_policy),
            mapping: counter(settings.inhibit_mapping),
            any: counter(settings.inhibit_any),
            wanted: settings
                .policies
                .as_ref()
                .map(|policies| policies.iter().cloned().collect()),
        }
    }

    /// Goes one certificate down; whether the path may go on.
    pub(super) fn step(
        &mut self,
        certificate: &Certificate,
        self_issued: bool,
        last: bool,
    ) -> Result<bool, Asn1Error> {
        self.descend(certificate, self_issued, last)?;
        if self.explicit == 0 && self.levels.is_empty() {
            return Ok(false);
        }
        let (explicit, mapping) = constraints(certificate)?;
        if last {
            self.explicit = self.explicit.saturating_sub(1);
            if explicit == Some(0) {
                self.explicit = 0;
            }
            return Ok(self.explicit > 0 || self.any_wanted());
        }
        if !self.map(certificate)? {
            return Ok(false);
        }
        if !self_issued {
            for counter in [&mut self.explicit, &mut self.mapping, &mut self.any] {
                *counter = counter.saturating_sub(1);
            }
        }
        self.explicit = explicit.unwrap_or(usize::MAX).min(self.explicit);
        self.mapping = mapping.unwrap_or(usize::MAX).min(self.mapping);
        self.any = inhibit_any(certificate)?
            .unwrap_or(usize::MAX)
            .min(self.any);
        Ok(true)
    }

    /// 6.1.3 (d) and (e).
    fn descend(
        &mut self,
        certificate: &Certificate,
        self_issued: bool,
        last: bool,
    ) -> Result<(), Asn1Error> {
        let stated = policies(certificate)?;
        let Some(above) = self.levels.last() else {
            return Ok(());
        };
        let Some(stated) = stated else {
            self.levels.clear();
            return Ok(());
        };
        let mut level: BTreeMap<Policy, Node> = BTreeMap::new();
        for policy in stated.iter().filter(|policy| **policy != any()) {
            let expecting = above
                .iter()
                .filter(|(_, node)| node.expected.contains(policy));
            let mut parents = expecting
                .map(|(name, _)| name.clone())
                .collect::<BTreeSet<_>>();
            if parents.is_empty() && above.contains_key(&any()) {
                parents.insert(any());
            }
            if !parents.is_empty() {
                level.insert(
                    policy.clone(),
                    Node {
                        expected: BTreeSet::from([policy.clone()]),
                        parents,
                    },
                );
            }
        }
        if stated.contains(&any()) && (self.any > 0 || (!last && self_issued)) {
            for (name, node) in above {
                for expected in &node.expected {
                    let new = || Node {
                        expected: BTreeSet::from([expected.clone()]),
                        parents: BTreeSet::new(),
                    };
                    level
                        .entry(expected.clone())
                        .or_insert_with(new)
                        .parents
                        .insert(name.clone());
                }
            }
        }
        if level.is_empty() {
            self.levels.clear();
        } else {
            self.levels.push(level);
        }
        Ok(())
    }

    /// 6.1.4 (a) and (b).
    fn map(&mut self, certificate: &Certificate) -> Result<bool, Asn1Error> {
        let mappings = mappings(certificate)?;
        if mappings
            .iter()
            .any(|(from, to)| *from == any() || to.contains(&any()))
        {
            return Ok(false);
        }
        let Some(level) = self.levels.last_mut() else {
            return Ok(true);
        };
        for (from, to) in mappings {
            if self.mapping == 0 {
                level.remove(&from);
            } else if let Some(node) = level.get_mut(&from) {
                node.expected = to;
            } else if level.contains_key(&any()) {
                level.insert(
                    from,
                    Node {
                        expected: to,
                        parents: BTreeSet::from([any()]),
                    },
                );
            }
        }
        if level.is_empty() {
            self.levels.clear();
        }
        Ok(true)
    }

    /// 6.1.5 (g): whether a policy is left that the user wants.
    fn any_wanted(&self) -> bool {
        let Some((last, above)) = self.levels.split_last() else {
            return false;
        };
        let Some(wanted) = &self.wanted else {
            return true;
        };
        if last.contains_key(&any()) {
            return !wanted.is_empty();
        }
        // From the top: a node is good if it hangs from a good one, and if directly from any-policy, is wanted.
        let mut good = BTreeSet::new();
        for level in above.iter().chain(std::iter::once(last)) {
            let reached = |(policy, node): &(&Policy, &Node)| {
                node.parents.is_empty()
                    || node.parents.iter().any(|parent| {
                        good.contains(parent)
                            && (*parent != any() || **policy == any() || wanted.contains(*policy))
                    })
            };
            good = level
                .iter()
                .filter(reached)
                .map(|(policy, _)| policy.clone())
                .collect();
        }
        !good.is_empty()
    }
}

fn any() -> Policy {
    oid::ANY_POLICY.as_bytes().to_vec()
}

/// certificatePolicies; none where the extension is absent.
pub(crate) fn policies(certificate: &Certificate) -> Result<Option<BTreeSet<Policy>>, Asn1Error> {
    let Some(extension) = certificate.extension(&oid::CERTIFICATE_POLICIES) else {
        return Ok(None);
    };
    let mut found = BTreeSet::new();
    for information in Tlv::only(&extension.value)?
        .expect(tag::SEQUENCE)?
        .children(MOST)?
    {
        let name = information.expect(tag::SEQUENCE)?.reader().take(tag::OID)?;
        // RFC 5280, 4.2.1.4: a policy must not appear twice.
        if !found.insert(name.value.to_vec()) {
            return Err(Asn1Error::Unexpected);
        }
    }
    Ok(Some(found))
}

fn mappings(certificate: &Certificate) -> Result<BTreeMap<Policy, BTreeSet<Policy>>, Asn1Error> {
    let mut found: BTreeMap<Policy, BTreeSet<Policy>> = BTreeMap::new();
    let Some(extension) = certificate.extension(&oid::POLICY_MAPPINGS) else {
        return Ok(found);
    };
    for pair in Tlv::only(&extension.value)?
        .expect(tag::SEQUENCE)?
        .children(MOST)?
    {
        let mut reader = pair.expect(tag::SEQUENCE)?.reader();
        let from = reader.take(tag::OID)?.value.to_vec();
        found
            .entry(from)
            .or_default()
            .insert(reader.take(tag::OID)?.value.to_vec());
    }
    Ok(found)
}

/// policyConstraints: requireExplicitPolicy and inhibitPolicyMapping.
fn constraints(certificate: &Certificate) -> Result<(Option<usize>, Option<usize>), Asn1Error> {
    let Some(extension) = certificate.extension(&oid::POLICY_CONSTRAINTS) else {
        return Ok((None, None));
    };
    let mut reader = Tlv::only(&extension.value)?.expect(tag::SEQUENCE)?.reader();
    let explicit = reader
        .optional(tag::context(0))?
        .map(|value| value.small())
        .transpose()?;
    let mapping = reader
        .optional(tag::context(1))?
        .map(|value| value.small())
        .transpose()?;
    reader.end()?;
    let size = |value: Option<u64>| value.map(|value| usize::try_from(value).unwrap_or(usize::MAX));
    Ok((size(explicit), size(mapping)))
}

fn inhibit_any(certificate: &Certificate) -> Result<Option<usize>, Asn1Error> {
    let Some(extension) = certificate.extension(&oid::INHIBIT_ANY_POLICY) else {
        return Ok(None);
    };
    let value = Tlv::only(&extension.value)?.expect(tag::INTEGER)?.small()?;
    Ok(Some(usize::try_from(value).unwrap_or(usize::MAX)))
}
