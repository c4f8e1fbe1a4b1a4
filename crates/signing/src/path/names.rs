//! Name constraints (RFC 5280, 4.2.1.10).

use crate::asn1::{Asn1Error, Tlv, oid, tag};
use crate::x509::{Certificate, Name};

/// More names or subtrees than any certificate has.
const MOST: usize = 256;

/// What a constraint or a name is of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum General {
    Mail(String),
    Dns(String),
    Uri(String),
    Directory(Name),
    /// An address, or address and mask.
    Address(Vec<u8>),
    /// A kind that is not understood: its tag.
    Other(u8),
}

/// The constraints of all authorities above.
#[derive(Debug, Default)]
pub(super) struct Constraints {
    /// One list for each authority that permits something: a name must fit every list that speaks of its kind.
    permitted: Vec<Vec<General>>,
    excluded: Vec<General>,
}

impl Constraints {
    /// Takes in those of one more authority.
    pub(super) fn add(&mut self, authority: &Certificate) -> Result<(), Asn1Error> {
        let Some(extension) = authority.extension(&oid::NAME_CONSTRAINTS) else {
            return Ok(());
        };
        let mut reader = Tlv::only(&extension.value)?.expect(tag::SEQUENCE)?.reader();
        if let Some(list) = reader.optional(tag::context_constructed(0))? {
            self.permitted.push(subtrees(&list)?);
        }
        if let Some(list) = reader.optional(tag::context_constructed(1))? {
            self.excluded.extend(subtrees(&list)?);
        }
        reader.end()
    }

    /// Whether all names of a certificate are within.
    pub(super) fn allow(
        &self,
        certificate: &Certificate,
        subject: &Name,
    ) -> Result<bool, Asn1Error> {
        if self.permitted.is_empty() && self.excluded.is_empty() {
            return Ok(true);
        }
        let mut names = Vec::new();
        if !subject.is_empty() {
            names.push(General::Directory(subject.clone()));
        }
        // Mail addresses in the subject count where they would otherwise escape.
        names.extend(
            subject
                .texts(oid::AT_EMAIL.as_bytes())
                .map(|mail| General::Mail(mail.to_owned())),
        );
        if let Some(extension) = certificate.extension(&oid::SUBJECT_ALT_NAME) {
            for name in Tlv::only(&extension.value)?
                .expect(tag::SEQUENCE)?
                .children(MOST)?
            {
                names.push(general(&name)?);
            }
        }
        Ok(names.iter().all(|name| self.allows(name)))
    }

    fn allows(&self, name: &General) -> bool {
        let excluded = self
            .excluded
            .iter()
            .any(|subtree| same_kind(name, subtree) && within(name, subtree, true));
        let permitted = self.permitted.iter().all(|list| {
            let mut of_kind = list
                .iter()
                .filter(|subtree| same_kind(name, subtree))
                .peekable();
            of_kind.peek().is_none() || of_kind.any(|subtree| within(name, subtree, false))
        });
        permitted && !excluded
    }
}

fn subtrees(list: &Tlv<'_>) -> Result<Vec<General>, Asn1Error> {
    let mut found = Vec::new();
    for subtree in list.children(MOST)? {
        let mut reader = subtree.expect(tag::SEQUENCE)?.reader();
        found.push(general(&reader.next()?)?);
        // minimum is 0 and maximum absent, always; an explicit 0 is read.
        if let Some(minimum) = reader.optional(tag::context(0))?
            && minimum.small()? != 0
        {
            return Err(Asn1Error::BadValue);
        }
        reader.end()?;
    }
    Ok(found)
}

fn general(name: &Tlv<'_>) -> Result<General, Asn1Error> {
    let text = || String::from_utf8(name.value.to_vec()).map_err(|_| Asn1Error::BadValue);
    Ok(match name.tag {
        0x81 => General::Mail(text()?),
        0x82 => General::Dns(text()?),
        0x86 => General::Uri(text()?),
        0xa4 => General::Directory(Name::parse(name.value)?),
        0x87 => General::Address(name.value.to_vec()),
        other => General::Other(other),
    })
}

fn same_kind(one: &General, other: &General) -> bool {
    match (one, other) {
        (General::Other(one), General::Other(other)) => one == other,
        _ => std::mem::discriminant(one) == std::mem::discriminant(other),
    }
}

/// Whether a name is in a subtree of its kind; `unsure` is the answer where that cannot be told: the one that
/// refuses.
fn within(name: &General, subtree: &General, unsure: bool) -> bool {
    match (name, subtree) {
        (General::Directory(name), General::Directory(subtree)) => name.is_within(subtree),
        (General::Mail(name), General::Mail(subtree)) => mail(name, subtree).unwrap_or(unsure),
        (General::Dns(name), General::Dns(subtree)) => {
            let (name, subtree) = (name.to_ascii_lowercase(), subtree.to_ascii_lowercase());
            let subtree = subtree.trim_start_matches('.');
            subtree.is_empty() || name == subtree || name.ends_with(&format!(".{subtree}"))
        }
        (General::Uri(name), General::Uri(subtree)) => {
            host(name).map_or(unsure, |host| in_domain(&host, subtree))
        }
        (General::Address(name), General::Address(subtree)) => {
            address(name, subtree).unwrap_or(unsure)
        }
        _ => unsure,
    }
}

/// A mailbox, all mailboxes of a host, or with a dot in front, of all hosts in a domain.
fn mail(name: &str, subtree: &str) -> Option<bool> {
    let (local, host) = name.rsplit_once('@')?;
    Some(match subtree.rsplit_once('@') {
        Some((wanted, domain)) => local == wanted && host.eq_ignore_ascii_case(domain),
        None => in_domain(host, subtree),
    })
}

/// The host itself, or with a dot in front of the subtree, anything below it.
fn in_domain(host: &str, subtree: &str) -> bool {
    let (host, subtree) = (host.to_ascii_lowercase(), subtree.to_ascii_lowercase());
    if subtree.starts_with('.') {
        host.ends_with(&subtree) && host.len() > subtree.len()
    } else {
        host == subtree
    }
}

/// The host of a URI, where it has one that is a name.
fn host(uri: &str) -> Option<String> {
    let after = uri.split_once("://")?.1;
    let authority = after.split(['/', '?', '#']).next()?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = host.split(':').next()?;
    (!host.is_empty() && !host.starts_with('[')).then(|| host.to_owned())
}

fn address(name: &[u8], subtree: &[u8]) -> Option<bool> {
    if subtree.len() != 8 && subtree.len() != 32 {
        return None;
    }
    let (network, mask) = subtree.split_at(subtree.len() / 2);
    if name.len() != network.len() {
        return Some(false);
    }
    Some(
        name.iter()
            .zip(network)
            .zip(mask)
            .all(|((octet, network), mask)| octet & mask == network & mask),
    )
}
