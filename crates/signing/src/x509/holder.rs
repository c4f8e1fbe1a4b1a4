//! What a certificate says of the person, in the profile of AgID's Det. 121/2019 (and 147/2019), 4.1.

use super::name::text;
use super::{Certificate, Name};
use crate::asn1::{Asn1Error, Tlv, oid, tag};
use der::oid::ObjectIdentifier;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Longest text shown of a usage limit; RFC 5280 allows 200 characters.
const MOST_CHARACTERS: usize = 2_000;

/// Letters of a currency; ISO 4217 has three.
const MOST_LETTERS: usize = 8;

/// Who holds a certificate, who issued it, and what for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// commonName.
    pub name: String,
    /// givenName.
    pub given_name: Option<String>,
    /// surname.
    pub surname: Option<String>,
    /// The Italian codice fiscale, from a serialNumber `TINIT-…` (EN 319 412-1, 5.1.3) or the older `IT:…`.
    pub tax_code: Option<String>,
    /// serialNumber as it stands: other kinds of identifier have other prefixes (IDC, PAS, PNO, …).
    pub identifier: Option<String>,
    /// organizationName.
    pub organization: Option<String>,
    /// organizationIdentifier, of seals above all.
    pub organization_identifier: Option<String>,
    /// title: a role, where the certificate carries one.
    pub title: Option<String>,
    /// countryName.
    pub country: Option<String>,
    /// dnQualifier: the holder's code at the provider.
    pub qualifier: Option<String>,
    /// commonName of the issuer, or its organizationName.
    pub issuer: String,
    /// Serial number in hexadecimal.
    pub serial: String,
    /// First instant of validity.
    pub not_before: Option<Timestamp>,
    /// Last instant of validity.
    pub not_after: Option<Timestamp>,
    /// Limits of use, as userNotice texts say them: they must be shown to who signs and who verifies.
    pub limits: Vec<String>,
    /// Certificate policies, dotted.
    pub policies: Vec<String>,
    /// Whether the policies have `agIDcert` (1.3.76.16.6): the full profile of AgID is claimed.
    pub agid: bool,
    /// What the certificate claims to be.
    pub statements: QcStatements,
}

/// qcStatements (EN 319 412-5): claims, worth what the trusted list says of the issuer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QcStatements {
    /// QcCompliance: a qualified certificate.
    pub compliance: bool,
    /// QcSSCD: the key is in a qualified device.
    pub device: bool,
    /// QcCClegislation (EN 319 412-5, 4.2.4): qualified by the law of countries outside the Union.
    pub foreign: bool,
    /// QcType: what for; absent in older certificates, which were for signatures.
    pub types: Vec<QcType>,
    /// QcLimitValue: the value of transactions up to which it may be used, to be shown as limits of use are. More than
    /// one where it is said in several currencies.
    pub limits: Vec<Money>,
}

/// An amount of money, as a certificate limits its use by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// How much, as a decimal number: `25000`, `150.99`; a power of ten where that is too long: `1·10^400`.
    pub amount: String,
    /// Of what: the code of ISO 4217, in letters or digits as the certificate has it.
    pub currency: String,
}

impl Money {
    /// `MonetaryValue` of EN 319 412-5, 4.3.2: amount times ten to the exponent.
    fn new(amount: u64, exponent: i64, currency: String) -> Self {
        /// Longer numbers stay powers of ten: an exponent is anybody's.
        const MOST_DIGITS: u64 = 18;
        let digits = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
        let amount = match exponent {
            _ if amount == 0 => "0".to_owned(),
            _ if exponent.unsigned_abs() > MOST_DIGITS => format!("{amount}·10^{exponent}"),
            0.. => format!("{amount}{}", "0".repeat(digits)),
            _ => {
                let padded = format!("{amount:0>width$}", width = digits + 1);
                let (whole, part) = padded.split_at(padded.len() - digits);
                match part.trim_end_matches('0') {
                    "" => whole.to_owned(),
                    part => format!("{whole}.{part}"),
                }
            }
        };
        Self { amount, currency }
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

/// What a qualified certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QcType {
    /// Signatures of persons.
    Signature,
    /// Seals of organisations.
    Seal,
    /// Web sites.
    Web,
    /// Something that nobody here knows, or nothing at all: a statement without any purpose in it.
    Other,
}

impl Certificate {
    /// What it says of its holder. What cannot be read is left out: these are words for people; the checks are
    /// elsewhere.
    #[must_use]
    pub fn holder(&self) -> Holder {
        let subject = Name::parse(&self.subject).ok();
        let issuer = Name::parse(&self.issuer).ok();
        let find = |name: &Option<Name>, oid: &ObjectIdentifier| -> Option<String> {
            name.as_ref()?
                .texts(oid.as_bytes())
                .next()
                .map(str::to_owned)
        };
        let part = |oid: &ObjectIdentifier| find(&subject, oid);
        let identifier = part(&oid::AT_SERIAL_NUMBER);
        let (policies, limits) = self.policy_texts().unwrap_or_default();
        let statements = self.qc_statements().unwrap_or_default();
        Holder {
            name: part(&oid::AT_COMMON_NAME).unwrap_or_default(),
            given_name: part(&oid::AT_GIVEN_NAME),
            surname: part(&oid::AT_SURNAME),
            tax_code: identifier.as_deref().and_then(tax_code),
            identifier,
            organization: part(&oid::AT_ORGANIZATION),
            organization_identifier: part(&oid::AT_ORGANIZATION_IDENTIFIER),
            title: part(&oid::AT_TITLE),
            country: part(&oid::AT_COUNTRY),
            qualifier: part(&oid::AT_DN_QUALIFIER),
            issuer: find(&issuer, &oid::AT_COMMON_NAME)
                .or_else(|| find(&issuer, &oid::AT_ORGANIZATION))
                .unwrap_or_default(),
            serial: crate::hex(&self.serial),
            not_before: Some(self.not_before),
            not_after: Some(self.not_after),
            limits,
            agid: policies.iter().any(|policy| policy == "1.3.76.16.6"),
            policies,
            statements,
        }
    }

    /// qcStatements; empty where the extension is absent.
    ///
    /// # Errors
    /// Where the extension cannot be read.
    pub fn qc_statements(&self) -> Result<QcStatements, Asn1Error> {
        let mut found = QcStatements::default();
        let Some(extension) = self.extension(&oid::QC_STATEMENTS) else {
            return Ok(found);
        };
        for statement in Tlv::only(&extension.value)?
            .expect(tag::SEQUENCE)?
            .children(64)?
        {
            let mut reader = statement.expect(tag::SEQUENCE)?.reader();
            let name = reader.take(tag::OID)?.value;
            if name == oid::QC_COMPLIANCE.as_bytes() {
                found.compliance = true;
            } else if name == oid::QC_SSCD.as_bytes() {
                found.device = true;
            } else if name == oid::QC_LEGISLATION.as_bytes() {
                found.foreign = true;
            } else if name == oid::QC_TYPE.as_bytes() {
                let kinds = reader.take(tag::SEQUENCE)?.children(16)?;
                if kinds.is_empty() {
                    found.types.push(QcType::Other);
                }
                for kind in kinds {
                    let known = [
                        (oid::QCT_ESIGN, QcType::Signature),
                        (oid::QCT_ESEAL, QcType::Seal),
                        (oid::QCT_WEB, QcType::Web),
                    ];
                    let known = known.iter().find(|(oid, _)| oid.as_bytes() == kind.value);
                    found
                        .types
                        .push(known.map_or(QcType::Other, |(_, kind)| *kind));
                }
            } else if name == oid::QC_LIMIT.as_bytes() {
                let mut value = reader.take(tag::SEQUENCE)?.reader();
                let currency = value.next()?;
                // By its letters or its number (ISO 4217).
                let currency = match text(&currency) {
                    Some(letters) => letters.chars().take(MOST_LETTERS).collect(),
                    None => currency.expect(tag::INTEGER)?.small()?.to_string(),
                };
                let amount = value.next()?.small()?;
                let exponent = signed(&value.next()?)?;
                found.limits.push(Money::new(amount, exponent, currency));
            }
        }
        Ok(found)
    }

    /// Policies, dotted, and the texts of their user notices.
    fn policy_texts(&self) -> Result<(Vec<String>, Vec<String>), Asn1Error> {
        let (mut policies, mut limits) = (Vec::new(), Vec::new());
        let Some(extension) = self.extension(&oid::CERTIFICATE_POLICIES) else {
            return Ok((policies, limits));
        };
        for information in Tlv::only(&extension.value)?
            .expect(tag::SEQUENCE)?
            .children(128)?
        {
            let mut reader = information.expect(tag::SEQUENCE)?.reader();
            let name = reader.take(tag::OID)?.value;
            policies.extend(
                ObjectIdentifier::from_bytes(name)
                    .ok()
                    .map(|oid| oid.to_string()),
            );
            let Some(qualifiers) = reader.optional(tag::SEQUENCE)? else {
                continue;
            };
            for qualifier in qualifiers.children(64)? {
                let mut reader = qualifier.expect(tag::SEQUENCE)?.reader();
                if reader.take(tag::OID)?.value != oid::USER_NOTICE.as_bytes() {
                    continue;
                }
                let mut notice = reader.take(tag::SEQUENCE)?.reader();
                // noticeRef, then explicitText.
                notice.optional(tag::SEQUENCE)?;
                if !notice.is_empty()
                    && let Some(words) = text(&notice.next()?)
                {
                    let words = words.chars().take(MOST_CHARACTERS).collect::<String>();
                    if !limits.contains(&words) {
                        limits.push(words);
                    }
                }
            }
        }
        Ok((policies, limits))
    }
}

/// An INTEGER that may be negative.
fn signed(element: &Tlv<'_>) -> Result<i64, Asn1Error> {
    let bytes = element.expect(tag::INTEGER)?.value;
    let first = bytes.first().ok_or(Asn1Error::BadValue)?;
    if bytes.len() > 8 {
        return Err(Asn1Error::BadValue);
    }
    let sign = if first & 0x80 == 0 { 0 } else { -1 };
    Ok(bytes
        .iter()
        .fold(sign, |sum, byte| sum << 8 | i64::from(*byte)))
}

fn tax_code(identifier: &str) -> Option<String> {
    let code = identifier
        .strip_prefix("TINIT-")
        .or_else(|| identifier.strip_prefix("IT:"))?
        .trim();
    let fits =
        matches!(code.len(), 11 | 16) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| code.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::Money;

    #[test]
    fn a_limit_is_told_exactly_and_in_bounds() {
        let of = |amount, exponent| Money::new(amount, exponent, "EUR".into()).to_string();
        assert_eq!(of(15, 3), "15000 EUR");
        assert_eq!(of(15_099, -2), "150.99 EUR");
        assert_eq!(of(15_000, -2), "150 EUR");
        assert_eq!(of(5, -3), "0.005 EUR");
        assert_eq!(of(0, i64::MAX), "0 EUR");
        assert_eq!(of(1, 400), "1·10^400 EUR");
        assert_eq!(
            of(u64::MAX, i64::MIN),
            format!("{}·10^{} EUR", u64::MAX, i64::MIN)
        );
    }
}
