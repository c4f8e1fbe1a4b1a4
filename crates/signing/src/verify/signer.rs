//! One signer after the other.

use super::attributes::Attributes;
use super::chain::{Chain, chain};
use super::content::Digests;
use super::{At, Content, Context, Finding, Profile, Quality, conclude};
use crate::asn1::{Tlv, oid, tag};
use crate::cms::{SignedData, SignerIdentifier, SignerInfo};
use crate::crypto::{DigestAlgorithm, PublicKey, Scheme};
use crate::x509::{Certificate, Holder, Name};
use crate::{Indication, SubIndication};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Counter-signatures of counter-signatures that are followed.
const DEEPEST: usize = 4;
/// Counter-signatures of one signer that are judged.
const MOST_COUNTER: usize = 32;

/// What is to be said of one signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignerVerdict {
    /// The answer.
    pub indication: Indication,
    /// Its reason, where it is not TOTAL-PASSED.
    pub sub_indication: Option<SubIndication>,
    /// Everything that was found, in the order of the standard's blocks.
    pub findings: Vec<Finding>,
    /// The time that the answer is about.
    pub at: At,
    /// Who signed, as the certificate says; none where it is not at hand.
    pub holder: Option<Holder>,
    /// What the signature is worth.
    pub quality: Quality,
    /// The provider that the lists name for the anchor.
    pub provider: Option<String>,
    /// When the signer claims to have signed: nobody vouches for it.
    pub claimed_time: Option<Timestamp>,
    /// The hash of the content.
    pub digest: Option<DigestAlgorithm>,
    /// Who signed this signature (counter-signatures, "controfirme").
    pub counter_signatures: Vec<SignerVerdict>,
    /// DER of the path, the signer's certificate first, the anchor's last; the signer's alone where there is no path.
    #[serde(skip)]
    pub path: Vec<Vec<u8>>,
}

impl SignerVerdict {
    /// Adds what another part found (a PDF's revisions, a time stamp), and draws the conclusion anew.
    pub fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
        (self.indication, self.sub_indication) = conclude(&self.findings, self.at);
    }
}

/// Judges all signers of a SignedData.
pub(super) fn all(
    data: &SignedData<'_>,
    content: Option<&dyn Content>,
    context: &Context<'_>,
) -> Vec<SignerVerdict> {
    let mut common = Vec::new();
    let mut pool = Vec::new();
    for der in data
        .certificates
        .iter()
        .filter(|der| der.first() == Some(&tag::SEQUENCE))
    {
        match Certificate::parse(der) {
            Ok(certificate) if pool.contains(&certificate) => {}
            Ok(certificate) => pool.push(certificate),
            Err(_) => common.push(Finding::UnreadableCertificate),
        }
    }
    pool.extend(context.certificates.iter().cloned());
    common.dedup();
    if context.profile == Profile::Pades && data.signers.len() > 1 {
        common.push(Finding::SeveralSigners);
    }
    if data.content().is_some() && (content.is_some() || context.profile == Profile::Pades) {
        common.push(Finding::ContentInside);
    }
    if data.trailing > 0 && context.profile == Profile::Cades {
        common.push(Finding::TrailingBytes);
    }
    let inside = data.content();
    let content: Option<&dyn Content> = match &inside {
        Some(bytes) => Some(bytes),
        None => content,
    };
    let mut judge = Judge {
        pool: &pool,
        context,
        common,
        digests: Digests::new(content),
    };
    data.signers
        .iter()
        .map(|signer| {
            let mut verdict = judge.signer(signer, Some(&data.content_type), 0);
            let used = &signer.digest_algorithm.oid;
            if !data
                .digest_algorithms
                .iter()
                .any(|listed| listed.oid == *used)
            {
                verdict.add(Finding::UnlistedHash);
            }
            verdict
        })
        .collect()
}

struct Judge<'a, 'c> {
    pool: &'a [Certificate],
    context: &'a Context<'c>,
    /// What holds for all signers.
    common: Vec<Finding>,
    /// Of the content.
    digests: Digests<'a>,
}

impl Judge<'_, '_> {
    /// `content_type` is none for counter-signatures.
    fn signer(
        &mut self,
        signer: &SignerInfo,
        content_type: Option<&[u8]>,
        depth: usize,
    ) -> SignerVerdict {
        let context = self.context;
        let mut findings = self.common.clone();
        let attributes = Attributes::read(signer, content_type, context.profile);
        findings.extend(&attributes.findings);
        let certificate = find_certificate(self.pool, context, signer, &attributes);
        let digest = DigestAlgorithm::from_oid(&signer.digest_algorithm.oid);
        let mut verdict = SignerVerdict {
            indication: Indication::Indeterminate,
            sub_indication: None,
            findings: Vec::new(),
            at: context.at,
            holder: certificate.map(Certificate::holder),
            quality: Quality::Unknown,
            provider: None,
            claimed_time: attributes.signing_time,
            digest,
            counter_signatures: Vec::new(),
            path: Vec::new(),
        };
        match certificate {
            None => findings.push(Finding::NoCertificate),
            Some(certificate) => {
                if !attributes.mean(certificate) {
                    findings.push(Finding::OtherCertificate);
                }
                let Chain {
                    findings: of_chain,
                    path,
                    provider,
                    quality,
                } = chain(certificate, self.pool, context);
                findings.extend(of_chain);
                verdict.path = if path.is_empty() {
                    vec![certificate.der.clone()]
                } else {
                    path
                };
                verdict.provider = provider;
                verdict.quality = quality;
            }
        }
        if let Some(claimed) = attributes.signing_time
            && claimed > context.at.time
        {
            findings.push(Finding::SigningTimeAhead { claimed });
        }
        findings.extend(self.mathematics(signer, &attributes, certificate, digest));
        if depth < DEEPEST {
            let (counters, all) = self.counter_signatures(signer, depth);
            findings.extend(told(&counters, all));
            verdict.counter_signatures = counters;
        } else if signer
            .unsigned_values(oid::COUNTER_SIGNATURE.as_bytes())
            .next()
            .is_some()
        {
            findings.push(Finding::TooDeep);
        }
        (verdict.indication, verdict.sub_indication) = conclude(&findings, context.at);
        verdict.findings = findings;
        verdict
    }

    /// Content against attribute, value against key.
    fn mathematics(
        &mut self,
        signer: &SignerInfo,
        attributes: &Attributes,
        certificate: Option<&Certificate>,
        digest: Option<DigestAlgorithm>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let Some(digest) = digest else {
            return vec![Finding::UnknownAlgorithm];
        };
        let scheme = Scheme::read(&signer.signature_algorithm, Some(digest));
        let content = self.digests.of(digest);
        if content.is_none() {
            findings.push(Finding::NoContent);
        }
        if let (Some(content), Some(said)) = (&content, &attributes.message_digest)
            && content != said
        {
            findings.push(Finding::ContentChanged);
        }
        let signed = match &signer.signed_bytes {
            Some(bytes) => digest.of(bytes),
            None => content,
        };
        match (scheme, certificate) {
            (None, _) => findings.push(Finding::UnknownAlgorithm),
            (Some(scheme), _) if scheme.digest != digest => findings.push(Finding::OtherHash),
            (Some(scheme), certificate) => {
                if let (Some(certificate), Some(signed)) = (certificate, signed) {
                    match PublicKey::from_spki(&certificate.spki) {
                        None => findings.push(Finding::UnknownAlgorithm),
                        Some(key) => {
                            if !key.verifies(&scheme, &signed, &signer.signature) {
                                findings.push(Finding::BadSignature);
                            }
                            if !key.is_strong() {
                                findings.push(Finding::WeakKey);
                            }
                        }
                    }
                }
                if !scheme.is_strong() || !digest.is_strong() {
                    findings.push(Finding::WeakHash);
                }
            }
        }
        findings
    }

    /// Who signed this signature's value, and whether those are all.
    fn counter_signatures(
        &mut self,
        signer: &SignerInfo,
        depth: usize,
    ) -> (Vec<SignerVerdict>, bool) {
        let mut all = signer.unsigned_values(oid::COUNTER_SIGNATURE.as_bytes());
        let values = all.by_ref().take(MOST_COUNTER).collect::<Vec<_>>();
        let all = all.next().is_none();
        let value = signer.signature.as_slice();
        let mut judge = Judge {
            pool: self.pool,
            context: self.context,
            common: Vec::new(),
            digests: Digests::new(Some(&value)),
        };
        let mut verdicts = Vec::new();
        for bytes in values {
            match Tlv::only(bytes).and_then(|element| SignerInfo::read(&element)) {
                Ok(counter) => verdicts.push(judge.signer(&counter, None, depth + 1)),
                Err(_) => verdicts.push(unreadable(self.context.at)),
            }
        }
        (verdicts, all)
    }
}

/// What is told of the counter-signatures: nothing where they are judged, all, and hold.
fn told(counters: &[SignerVerdict], all: bool) -> Option<Finding> {
    let answers = counters.iter().map(|counter| counter.indication);
    let unjudged = (!all).then_some(Indication::Indeterminate);
    let worst = answers
        .chain(unjudged)
        .max_by_key(|answer| answer.severity());
    let indication = worst.filter(|worst| *worst != Indication::TotalPassed)?;
    Some(Finding::CounterSignature { indication })
}

/// The signer's certificate: the one that the signer names and the attributes are about; failing that, one that the
/// signer names.
fn find_certificate<'a>(
    pool: &'a [Certificate],
    context: &Context<'a>,
    signer: &SignerInfo,
    attributes: &Attributes,
) -> Option<&'a Certificate> {
    let anchors = context.trust.iter().map(|(certificate, _)| certificate);
    let issuer = match &signer.identifier {
        SignerIdentifier::IssuerAndSerial { issuer, .. } => Name::parse(issuer).ok(),
        SignerIdentifier::SubjectKey(_) => None,
    };
    let named = |certificate: &&Certificate| match &signer.identifier {
        SignerIdentifier::IssuerAndSerial { serial, .. } => {
            certificate.serial == *serial && Name::parse(&certificate.issuer).ok() == issuer
        }
        SignerIdentifier::SubjectKey(key) => certificate.subject_key() == Some(key.as_slice()),
    };
    let candidates = pool.iter().chain(anchors).filter(named).collect::<Vec<_>>();
    candidates
        .iter()
        .find(|certificate| attributes.mean(certificate))
        .or(candidates.first())
        .copied()
}

/// A counter-signature that is none.
fn unreadable(at: At) -> SignerVerdict {
    let findings = vec![Finding::BadAttribute];
    let (indication, sub_indication) = conclude(&findings, at);
    SignerVerdict {
        indication,
        sub_indication,
        findings,
        at,
        holder: None,
        quality: Quality::Unknown,
        provider: None,
        claimed_time: None,
        digest: None,
        counter_signatures: Vec::new(),
        path: Vec::new(),
    }
}
