//! Where a certificate says that facts about it are (RFC 5280, 4.2.1.13 and 4.2.2.1).

use crate::Asn1Error;
use crate::asn1::{Tlv, oid, tag};
use crate::x509::Certificate;
use der::oid::ObjectIdentifier;

/// The most points, descriptions and names of one certificate.
const MOST: usize = 32;
/// The longest address, in bytes.
const MAX_URL: usize = 2_000;

const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
const CA_ISSUERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");

/// The addresses in a certificate; only those of HTTP and HTTPS (LDAP is not spoken here).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// OCSP responders.
    pub ocsp: Vec<String>,
    /// CRLs.
    pub crl: Vec<String>,
    /// The issuer's certificate.
    pub issuer: Vec<String>,
}

impl Places {
    /// Of a certificate; what cannot be read is left out.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Self {
        let mut places = Self::default();
        for (method, address) in descriptions(certificate).unwrap_or_default() {
            let Some(address) = web(&address) else {
                continue;
            };
            if method == OCSP.as_bytes() {
                places.ocsp.push(address);
            } else if method == CA_ISSUERS.as_bytes() {
                places.issuer.push(address);
            }
        }
        places.crl = Self::points(certificate)
            .iter()
            .filter_map(|point| web(point))
            .collect();
        places
    }

    /// The names of all CRL distribution points that are addresses, of whatever scheme, as bytes.
    pub(super) fn points(certificate: &Certificate) -> Vec<Vec<u8>> {
        points(certificate).unwrap_or_default()
    }
}

fn web(address: &[u8]) -> Option<String> {
    let address = std::str::from_utf8(address).ok()?;
    let scheme = address.split_once("://")?.0.to_ascii_lowercase();
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic());
    (matches!(scheme.as_str(), "http" | "https") && plain && address.len() <= MAX_URL)
        .then(|| address.to_owned())
}

/// Method and address.
type Description = (Vec<u8>, Vec<u8>);

/// AuthorityInfoAccess.
fn descriptions(certificate: &Certificate) -> Result<Vec<Description>, Asn1Error> {
    let Some(extension) = certificate.extension(&oid::AUTHORITY_INFO_ACCESS) else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    for description in Tlv::only(&extension.value)?
        .expect(tag::SEQUENCE)?
        .children(MOST)?
    {
        let mut reader = description.expect(tag::SEQUENCE)?.reader();
        let method = reader.take(tag::OID)?.value.to_vec();
        let name = reader.next()?;
        if name.tag == URI {
            all.push((method, name.value.to_vec()));
        }
    }
    Ok(all)
}

fn points(certificate: &Certificate) -> Result<Vec<Vec<u8>>, Asn1Error> {
    let Some(extension) = certificate.extension(&oid::CRL_DISTRIBUTION_POINTS) else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    for point in Tlv::only(&extension.value)?
        .expect(tag::SEQUENCE)?
        .children(MOST)?
    {
        let mut reader = point.expect(tag::SEQUENCE)?.reader();
        let Some(name) = reader.optional(tag::context_constructed(0))? else {
            continue;
        };
        if let Some(names) = full_names(&name)? {
            all.extend(uris(&names)?);
        }
    }
    Ok(all)
}

/// The `fullName [0]` of a DistributionPointName; none where the name is relative to the issuer's.
pub(super) fn full_names<'a>(point: &Tlv<'a>) -> Result<Option<Tlv<'a>>, Asn1Error> {
    let choice = Tlv::only(point.value)?;
    Ok((choice.tag == tag::context_constructed(0)).then_some(choice))
}

/// The addresses among GeneralNames.
pub(super) fn uris(names: &Tlv<'_>) -> Result<Vec<Vec<u8>>, Asn1Error> {
    let names = names.children(MOST)?;
    Ok(names
        .iter()
        .filter(|name| name.tag == URI)
        .map(|name| name.value.to_vec())
        .collect())
}

/// `uniformResourceIdentifier [6]`.
const URI: u8 = tag::context(6);
