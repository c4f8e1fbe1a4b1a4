//! What a trusted list says of some of an authority's certificates (TS 119 612, 5.5.9.2), from the list to the verdict;
//! pyHanko, which reads the same list, judges.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests panic")]

mod common;

use common::{GENERIC, Holder, LISTS, QC, SEALS, SIGNATURES, State, Text, pointer, service};
use openssl::asn1::{Asn1Integer, Asn1Object, Asn1OctetString, Asn1Time};
use openssl::bn::BigNum;
use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::KeyUsage;
use openssl::x509::{X509, X509Extension, X509NameBuilder};
use signing::path::Trust;
use signing::verify::{At, Basis, Context, Finding, Quality, RevocationRule, cms};
use std::io::Write as _;
use std::process::{Command, Stdio};
use trust::{Belief, Roots, Sources, cache};

const SIE: &str = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#";
const ADDITIONAL: &str = "http://uri.etsi.org/02231/v2/additionaltypes#";
const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
const WEB: &str = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForWebSiteAuthentication";

/// The policies of every certificate here, its purpose, and an attribute of its subject's name.
const POLICIES: [&str; 2] = ["1.3.76.16.6", "1.3.76.38.1.1.1"];
const PURPOSE: &str = "1.3.6.1.5.5.7.3.36";
const COUNTRY: &str = "2.5.4.6";

const COMPLIANCE: &str = "0.4.0.1862.1.1";
const DEVICE: &str = "0.4.0.1862.1.4";
const FOR_SIGNATURES: &str = "0.4.0.1862.1.6.1";
const FOR_SEALS: &str = "0.4.0.1862.1.6.2";
/// A QcType that nobody knows, and a list of types without any.
const FOR_TOMORROW: &str = "0.4.0.1862.1.6.9";
const FOR_NOTHING: &str = "";
/// When the certificates here are issued: 1 January 2025.
const ISSUED: i64 = 1_735_689_600;

// What a list is made of

fn extension(critical: bool, content: &str) -> String {
    format!("<Extension Critical=\"{critical}\">{content}</Extension>")
}

fn qualifications(elements: &str) -> String {
    format!("<sie:Qualifications xmlns:sie=\"{SIE}\">{elements}</sie:Qualifications>")
}

fn element(qualifiers: &[&str], criteria: &str) -> String {
    let qualifiers: String = qualifiers
        .iter()
        .map(|name| {
            format!(
                "<sie:Qualifier uri=\"http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/{name}\"></sie:Qualifier>"
            )
        })
        .collect();
    format!(
        "<sie:QualificationElement><sie:Qualifiers>{qualifiers}</sie:Qualifiers>{criteria}</sie:QualificationElement>"
    )
}

fn criteria(assert: &str, content: &str) -> String {
    format!("<sie:CriteriaList assert=\"{assert}\">{content}</sie:CriteriaList>")
}

fn identifier(oid: &str) -> String {
    format!("<xades:Identifier xmlns:xades=\"{XADES}\">{oid}</xades:Identifier>")
}

fn policies(oids: &[&str]) -> String {
    let each = oids.iter().map(|oid| {
        let name = identifier(oid);
        format!("<sie:PolicyIdentifier>{name}</sie:PolicyIdentifier>")
    });
    format!(
        "<sie:PolicySet>{}</sie:PolicySet>",
        each.collect::<String>()
    )
}

fn key_usage(bits: &[(&str, bool)]) -> String {
    let each = bits
        .iter()
        .map(|(name, value)| format!("<sie:KeyUsageBit name=\"{name}\">{value}</sie:KeyUsageBit>"));
    format!("<sie:KeyUsage>{}</sie:KeyUsage>", each.collect::<String>())
}

fn other(element: &str, inner: &str, oid: &str) -> String {
    let name = identifier(oid);
    format!(
        "<sie:otherCriteriaList><tslx:{element} xmlns:tslx=\"{ADDITIONAL}\"><tslx:{inner}>{name}</tslx:{inner}>\
         </tslx:{element}></sie:otherCriteriaList>"
    )
}

/// About every certificate here.
fn ours() -> String {
    criteria("all", &policies(&POLICIES[..1]))
}

fn one(qualifiers: &[&str]) -> String {
    extension(true, &qualifications(&element(qualifiers, &ours())))
}

// Certificates and signatures

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    assert!(content.len() < 128, "short forms are enough");
    [&[tag, u8::try_from(content.len()).unwrap()], &*content].concat()
}

fn oid(name: &str) -> Vec<u8> {
    let object = Asn1Object::from_str(name).unwrap();
    tlv(6, &[object.as_slice()])
}

struct World {
    journal: Holder,
    agid: Holder,
    authority: PKey<Private>,
    certificate: X509,
}

impl World {
    fn new() -> Self {
        let authority = Holder::p256("Authority");
        Self {
            journal: Holder::p256("European Commission"),
            agid: Holder::p256("AgID"),
            certificate: authority_of(&authority),
            authority: authority.key,
        }
    }

    /// A certificate with these statements; those of kinds are QcTypes.
    fn issue(&self, statements: &[&str], kinds: &[&str]) -> (X509, PKey<Private>) {
        self.issue_at(statements, kinds, ISSUED)
    }

    fn issue_at(&self, statements: &[&str], kinds: &[&str], issued: i64) -> (X509, PKey<Private>) {
        let key = Holder::p256("ROSSI MARIO").key;
        let mut name = X509NameBuilder::new().unwrap();
        name.append_entry_by_text("C", "IT").unwrap();
        name.append_entry_by_text("CN", "ROSSI MARIO").unwrap();
        let mut builder = X509::builder().unwrap();
        builder.set_version(2).unwrap();
        let serial = BigNum::from_u32(77).unwrap();
        builder
            .set_serial_number(&Asn1Integer::from_bn(&serial).unwrap())
            .unwrap();
        builder.set_subject_name(&name.build()).unwrap();
        builder
            .set_issuer_name(self.certificate.subject_name())
            .unwrap();
        builder
            .set_not_before(&Asn1Time::from_unix(issued).unwrap())
            .unwrap();
        builder
            .set_not_after(&Asn1Time::from_unix(1_990_000_000).unwrap())
            .unwrap();
        builder.set_pubkey(&key).unwrap();
        let usage = KeyUsage::new()
            .critical()
            .non_repudiation()
            .build()
            .unwrap();
        builder.append_extension(usage).unwrap();
        let mut all: Vec<Vec<u8>> = statements
            .iter()
            .map(|name| tlv(0x30, &[&oid(name)]))
            .collect();
        if !kinds.is_empty() {
            let named = kinds.iter().filter(|kind| **kind != FOR_NOTHING);
            let kinds: Vec<u8> = named.flat_map(|kind| oid(kind)).collect();
            all.push(tlv(0x30, &[&oid("0.4.0.1862.1.6"), &tlv(0x30, &[&kinds])]));
        }
        let named = POLICIES.map(|policy| tlv(0x30, &[&oid(policy)])).concat();
        for (name, value) in [
            ("1.3.6.1.5.5.7.1.3", tlv(0x30, &[&all.concat()])),
            ("2.5.29.32", tlv(0x30, &[&named])),
            ("2.5.29.37", tlv(0x30, &[&oid(PURPOSE)])),
        ] {
            let name = Asn1Object::from_str(name).unwrap();
            let value = Asn1OctetString::new_from_bytes(&value).unwrap();
            let extension = X509Extension::new_from_der(&name, false, &value).unwrap();
            builder.append_extension(extension).unwrap();
        }
        builder
            .sign(&self.authority, MessageDigest::sha256())
            .unwrap();
        (builder.build(), key)
    }

    /// The lists, with these extensions of the service beside its purposes.
    fn sources(&self, purposes: &[&str], extensions: &str) -> Sources {
        self.with_history(
            purposes,
            extensions,
            (QC, "granted", "2016-06-30T22:00:00Z", "#"),
            &[],
        )
    }

    fn with_history(
        &self,
        purposes: &[&str],
        extensions: &str,
        present: State<'_>,
        past: &[State<'_>],
    ) -> Sources {
        let purposes = purposes.iter().map(|uri| {
            let uri = format!("<URI xml:lang=\"en\">{uri}</URI>");
            let content =
                format!("<AdditionalServiceInformation>{uri}</AdditionalServiceInformation>");
            extension(true, &content)
        });
        let extensions = purposes.collect::<String>() + extensions;
        let services = service("CA", &self.certificate.to_der().unwrap(), present, past);
        let placeholder = extension(
            true,
            "<AdditionalServiceInformation><URI xml:lang=\"en\">#</URI></AdditionalServiceInformation>",
        );
        let italy = Text {
            services: services.replace(&placeholder, &extensions),
            ..Text::default()
        };
        let union = Text {
            kind: LISTS,
            territory: "EU",
            pointers: pointer(GENERIC, "IT", &[&self.agid]),
            ..Text::default()
        };
        Sources {
            list_of_lists: union.signed(&self.journal),
            pivots: Vec::new(),
            lists: vec![italy.signed(&self.agid)],
        }
    }

    fn belief(&self, sources: &Sources) -> Belief {
        let roots = Roots::of([self.journal.certificate.as_slice()]);
        let belief = Belief::check(sources, &roots, &[]).unwrap();
        assert_eq!(belief.refused, []);
        // What is kept is the same.
        let key = cache::key(sources, &roots);
        let kept = cache::write(&belief, &key).unwrap();
        assert_eq!(cache::read(&kept, &key).as_ref(), Some(&belief));
        belief
    }

    /// What a signature is worth, and whether it is told that the list is unclear.
    fn worth(&self, sources: &Sources, signer: &(X509, PKey<Private>)) -> (Quality, bool) {
        self.worth_at(sources, signer, None)
    }

    fn worth_at(
        &self,
        sources: &Sources,
        signer: &(X509, PKey<Private>),
        at: Option<At>,
    ) -> (Quality, bool) {
        let trust = Trust::new(&self.belief(sources).anchors);
        let (certificate, key) = signer;
        let options = CMSOptions::BINARY | CMSOptions::NOSMIMECAP;
        let signed =
            CmsContentInfo::sign(Some(certificate), Some(key), None, Some(b"atto"), options);
        let now = Context::now(&trust);
        let context = Context {
            revocation: RevocationRule::IfKnown,
            at: at.unwrap_or(now.at),
            ..now
        };
        let verdict = cms(&signed.unwrap().to_der().unwrap(), None, &context)
            .unwrap()
            .remove(0);
        assert!(!verdict.path.is_empty() && verdict.provider.is_some());
        let unclear = verdict.findings.contains(&Finding::QualificationUnclear);
        (verdict.quality, unclear)
    }
}

/// The authority's certificate, as one: pyHanko builds its path from it.
fn authority_of(holder: &Holder) -> X509 {
    let plain = X509::from_der(&holder.certificate).unwrap();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(plain.serial_number()).unwrap();
    builder.set_subject_name(plain.subject_name()).unwrap();
    builder.set_issuer_name(plain.subject_name()).unwrap();
    builder.set_not_before(plain.not_before()).unwrap();
    builder.set_not_after(plain.not_after()).unwrap();
    builder.set_pubkey(&holder.key).unwrap();
    let mut constraints = openssl::x509::extension::BasicConstraints::new();
    builder
        .append_extension(constraints.critical().ca().build().unwrap())
        .unwrap();
    builder.sign(&holder.key, MessageDigest::sha256()).unwrap();
    builder.build()
}

/// pyHanko's answers; none, said aloud, where it cannot be asked.
fn pyhanko(asked: &[(Vec<u8>, Vec<u8>)]) -> Option<Vec<serde_json::Value>> {
    let python = std::env::var("ORACLES_PYTHON").unwrap_or_else(|_| "python3".into());
    let probe = Command::new(&python)
        .args(["-c", "import pyhanko.sign.validation.qualified.eutl_parse"])
        .output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        eprintln!("SKIPPED: no Python with pyhanko[etsi] (set ORACLES_PYTHON)");
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut lines = String::new();
    for (at, (list, certificate)) in asked.iter().enumerate() {
        let [xml, cer] = ["xml", "cer"].map(|kind| dir.path().join(format!("{at}.{kind}")));
        std::fs::write(&xml, list).unwrap();
        std::fs::write(&cer, certificate).unwrap();
        lines += &format!("{}\t{}\n", xml.display(), cer.display());
    }
    let mut child = Command::new(python)
        .args(["-c", include_str!("qualified.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let said: Vec<_> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(said.len(), asked.len());
    Some(said)
}

/// QcCClegislation.
const ELSEWHERE: [&str; 3] = [COMPLIANCE, DEVICE, "0.4.0.1862.1.7"];
const FULL: [&str; 2] = [COMPLIANCE, DEVICE];

/// What is said, of which certificate (its statements and types), and what comes of it: the quality, none where the
/// list is unclear.
type Case<'a> = (String, &'a [&'a str], &'a [&'a str], Option<Quality>);

/// Each alone, for a service that issues for signatures and seals (TS 119 615, 4.4 and 4.5).
#[test]
fn qualifiers_overrule_what_the_certificate_says() {
    use Quality::{AdvancedQualifiedCertificate as NoDevice, Qualified, QualifiedSeal, Unknown};
    let signature = &[FOR_SIGNATURES][..];
    let not_critical =
        |names: &[&str]| one(names).replace("Critical=\"true\"", "Critical=\"false\"");
    let cases: Vec<Case<'_>> = vec![
        (String::new(), &FULL, signature, Some(Qualified)),
        (one(&["NotQualified"]), &FULL, signature, Some(Unknown)),
        (one(&["QCStatement"]), &[], signature, Some(NoDevice)),
        (
            one(&["QCStatement", "QCForESig", "QCWithQSCD"]),
            &[],
            &[],
            Some(Qualified),
        ),
        // Nobody says what for: a qualified certificate by its own word is for signatures, another for nothing.
        (String::new(), &FULL, &[], Some(Qualified)),
        (one(&["QCStatement"]), &[DEVICE], &[], Some(Unknown)),
        // A purpose that nobody knows is no signature, nor is a list of none.
        (String::new(), &FULL, &[FOR_TOMORROW], Some(Unknown)),
        (String::new(), &FULL, &[FOR_NOTHING], Some(Unknown)),
        (
            String::new(),
            &FULL,
            &[FOR_SIGNATURES, FOR_TOMORROW],
            Some(Unknown),
        ),
        (one(&["QCForESig"]), &FULL, &[FOR_TOMORROW], Some(Qualified)),
        // Qualified by the law of another country (EN 319 412-5, 4.2.4).
        (String::new(), &ELSEWHERE, signature, Some(Unknown)),
        (
            one(&["QCStatement"]),
            &ELSEWHERE,
            signature,
            Some(Qualified),
        ),
        (one(&["QCForESeal"]), &FULL, signature, Some(QualifiedSeal)),
        (one(&["QCForESig"]), &FULL, &[FOR_SEALS], Some(Qualified)),
        (one(&["QCForWSA"]), &FULL, signature, Some(Unknown)),
        (one(&["QCForLegalPerson"]), &FULL, signature, Some(Unknown)),
        (one(&["QCNoQSCD"]), &FULL, signature, Some(NoDevice)),
        (
            one(&["QCWithQSCD"]),
            &[COMPLIANCE],
            signature,
            Some(Qualified),
        ),
        (
            one(&["QCQSCDManagedOnBehalf"]),
            &[COMPLIANCE],
            signature,
            Some(Qualified),
        ),
        (
            one(&["QCQSCDStatusAsInCert"]),
            &FULL,
            signature,
            Some(Qualified),
        ),
        (
            one(&["QCQSCDStatusAsInCert"]),
            &[COMPLIANCE],
            signature,
            Some(NoDevice),
        ),
        // Devices do not make a certificate qualified.
        (one(&["QCWithQSCD"]), &[DEVICE], signature, Some(Unknown)),
        // Words of the Directive raise nothing under the Regulation, yet lower.
        (
            one(&["QCWithSSCD"]),
            &[COMPLIANCE],
            signature,
            Some(NoDevice),
        ),
        (one(&["QCNoSSCD"]), &FULL, signature, Some(NoDevice)),
        // A qualifier that nobody knows: the list says itself whether that may be passed over.
        (
            not_critical(&["QCOfTomorrow"]),
            &FULL,
            signature,
            Some(Qualified),
        ),
        (one(&["QCOfTomorrow"]), &FULL, signature, None),
        // Contradictions.
        (
            one(&["NotQualified", "QCStatement"]),
            &FULL,
            signature,
            None,
        ),
        (one(&["QCForESig", "QCForESeal"]), &FULL, signature, None),
        (
            one(&["QCForESig", "QCForLegalPerson"]),
            &FULL,
            signature,
            None,
        ),
        (one(&["QCWithQSCD", "QCNoQSCD"]), &FULL, signature, None),
        (
            one(&["QCWithQSCD", "QCQSCDStatusAsInCert"]),
            &FULL,
            signature,
            None,
        ),
        // A certificate of several types needs the list to say which.
        (
            String::new(),
            &FULL,
            &[FOR_SIGNATURES, FOR_SEALS],
            Some(Unknown),
        ),
        (
            one(&["QCForESig"]),
            &FULL,
            &[FOR_SIGNATURES, FOR_SEALS],
            Some(Qualified),
        ),
        // An extension that must be understood, and is not.
        (
            extension(true, "<Tomorrow></Tomorrow>"),
            &FULL,
            signature,
            None,
        ),
        (
            extension(false, "<Tomorrow></Tomorrow>"),
            &FULL,
            signature,
            Some(Qualified),
        ),
    ];
    judged(&[SIGNATURES, SEALS], &cases);
    // The service itself is not for that: no qualifier makes it so.
    let cases: Vec<Case<'_>> = vec![
        (one(&["QCForESeal"]), &FULL, signature, Some(Unknown)),
        (one(&["QCForESig"]), &FULL, &[FOR_SEALS], Some(Qualified)),
    ];
    judged(&[SIGNATURES], &cases);
    judged(
        &[WEB],
        &[(one(&["QCForESig"]), &FULL, signature, Some(Unknown))],
    );
}

/// TS 119 612, 5.5.9.2.2: which certificates an element is about.
#[test]
fn criteria_choose_the_certificates() {
    use Quality::{Qualified, Unknown};
    let [first, second] = POLICIES;
    let (yes, no) = (policies(&[first]), policies(&["1.2.3"]));
    let purpose = |oid| other("ExtendedKeyUsage", "KeyPurposeId", oid);
    let attribute = |oid| other("CertSubjectDNAttribute", "AttributeOID", oid);
    let is = |list: String| (list, true);
    let is_not = |list: String| (list, false);
    let both = yes.clone() + &no;
    let signs = [("nonRepudiation", true), ("digitalSignature", false)];
    let odd = "<sie:Odd></sie:Odd>".to_owned();
    let cases = [
        is(criteria("all", &yes)),
        is_not(criteria("all", &both)),
        is(criteria("atLeastOne", &both)),
        is_not(criteria("atLeastOne", &no)),
        is(criteria("none", &no)),
        is_not(criteria("none", &both)),
        // All policies of a set; several sets are several criteria.
        is(criteria("all", &policies(&[first, second]))),
        is_not(criteria("all", &policies(&[first, "1.2.3"]))),
        is(criteria("all", &key_usage(&signs))),
        is_not(criteria("all", &key_usage(&[("digitalSignature", true)]))),
        is_not(criteria(
            "all",
            &key_usage(&[("nonRepudiation", true), ("digitalSignature", true)]),
        )),
        is(criteria("all", &purpose(PURPOSE))),
        is_not(criteria("all", &purpose("1.3.6.1.5.5.7.3.4"))),
        is(criteria("all", &attribute(COUNTRY))),
        is_not(criteria("all", &attribute("2.5.4.97"))),
        is(criteria("all", &(yes.clone() + &criteria("none", &no)))),
        is_not(criteria(
            "all",
            &(yes.clone() + &criteria("atLeastOne", &no)),
        )),
        // What cannot be told, where the rest decides.
        is_not(criteria("all", &(no.clone() + &odd))),
        is(criteria("atLeastOne", &(yes.clone() + &odd))),
    ];
    let unclear = [
        criteria("all", &(yes.clone() + &odd)),
        criteria("none", &(no.clone() + &odd)),
        criteria("all", ""),
        criteria("most", &yes),
        String::new(),
        criteria("all", &policies(&["one.two"])),
        criteria("all", &key_usage(&[("rubberStamp", true)])),
        // Deeper than anybody writes.
        (0..20).fold(yes.clone(), |inner, _| criteria("all", &inner)),
    ];
    let signature = &[FOR_SIGNATURES][..];
    let not_qualified =
        |list: String| extension(true, &qualifications(&element(&["NotQualified"], &list)));
    let mut all: Vec<Case<'_>> = Vec::new();
    for (list, fits) in cases {
        let wanted = if fits { Unknown } else { Qualified };
        all.push((not_qualified(list), &FULL, signature, Some(wanted)));
    }
    for list in unclear {
        all.push((not_qualified(list), &FULL, signature, None));
    }
    // As the Italian list writes them.
    let named = criteria("all", &policies(&["urn:oid:1.3.76.16.6"]));
    all.push((not_qualified(named), &FULL, signature, Some(Unknown)));
    // What several elements say adds up.
    let two = element(&["QCWithQSCD"], &ours()) + &element(&["QCNoQSCD"], &ours());
    all.push((
        extension(true, &qualifications(&two)),
        &FULL,
        signature,
        None,
    ));
    let two = element(&["QCWithQSCD"], &ours()) + &element(&["QCNoQSCD"], &criteria("all", &no));
    let two = extension(true, &qualifications(&two));
    all.push((two, &[COMPLIANCE], signature, Some(Qualified)));
    // More than a list has: not read, and not passed over.
    let many = element(&["QCNoQSCD"], &criteria("all", &no)).repeat(1_000);
    all.push((
        extension(true, &qualifications(&many)),
        &FULL,
        signature,
        None,
    ));
    judged(&[SIGNATURES], &all);
}

/// Each case by us; then pyHanko: what we take as qualified it takes so as well, and where the list is clear it says
/// the same.
fn judged(purposes: &[&str], cases: &[Case<'_>]) {
    let world = World::new();
    let mut asked = Vec::new();
    for (at, (extensions, statements, kinds, wanted)) in cases.iter().enumerate() {
        let sources = world.sources(purposes, extensions);
        let signer = world.issue(statements, kinds);
        let found = world.worth(&sources, &signer);
        let wanted = (wanted.unwrap_or(Quality::Unknown), wanted.is_none());
        assert_eq!(found, wanted, "case {at}: {extensions}");
        asked.push((sources.lists[0].clone(), signer.0.to_der().unwrap()));
    }
    let Some(answers) = pyhanko(&asked) else {
        return;
    };
    for (case, theirs) in cases.iter().zip(answers) {
        let (list, statements, kinds, ours) = case;
        let device = theirs["device"] == true;
        let theirs_mean = match (theirs["qualified"] == true, theirs["type"].as_str()) {
            (true, Some("qct_esign")) if device => Quality::Qualified,
            (true, Some("qct_eseal")) if device => Quality::QualifiedSeal,
            (true, Some("qct_esign" | "qct_eseal")) => Quality::AdvancedQualifiedCertificate,
            _ => Quality::Unknown,
        };
        // What we leave open it may take, or refuse to read.
        let Some(ours) = ours else { continue };
        // It takes the Directive's words for the Regulation's, finds no policy that is named as a URN, wants only one
        // of several bits, leaves certificates of several types alone, takes those of none or of others for signatures, and does not
        // ask by which country's law they are qualified.
        let its_own = list.contains("SSCD\"")
            || list.contains("urn:oid")
            || list.matches(">true<").count() > 1
            || kinds.len() > 1
            || kinds.contains(&FOR_TOMORROW)
            || kinds.contains(&FOR_NOTHING)
            || kinds.is_empty() && !statements.contains(&COMPLIANCE)
            || *statements == ELSEWHERE;
        if !its_own {
            assert_eq!(*ours, theirs_mean, "{theirs}: {list}");
        }
    }
}

/// The state at the time counts: at issuance and now (TS 119 615, 4.4), for devices now (4.5).
#[test]
fn qualifiers_are_of_their_time() {
    let world = World::new();
    let signer = world.issue(&FULL, &[FOR_SIGNATURES]);
    let now = (QC, "granted", "2025-06-01T00:00:00Z", "#");
    let then = (QC, "granted", "2016-06-30T22:00:00Z", SIGNATURES);
    let worth = |extensions: &str, present, past: &[State<'_>]| {
        let sources = world.with_history(&[SIGNATURES], extensions, present, past);
        world.worth(&sources, &signer).0
    };
    // Since after the issuance.
    let said = one(&["NotQualified"]);
    assert_eq!(worth(&said, now, &[then]), Quality::Unknown);
    let said = one(&["QCNoQSCD"]);
    assert_eq!(
        worth(&said, now, &[then]),
        Quality::AdvancedQualifiedCertificate
    );
    // Until before it: what a past state says is over.
    let past = [(QC, "granted", "2016-06-30T22:00:00Z", "#")];
    let present = (QC, "granted", "2020-01-01T00:00:00Z", SIGNATURES);
    assert_eq!(
        worth(&one(&["NotQualified"]), present, &past),
        Quality::Qualified
    );
    // A state from before the Regulation knows signatures alone, and none of what the Regulation brought.
    let old = (QC, "accredited", "2014-01-01T00:00:00Z", "#");
    let seal = world.issue(&FULL, &[FOR_SEALS]);
    let worth = |said: &str, purposes: &[&str], signer| {
        let sources = world.with_history(purposes, said, old, &[]);
        world.worth(&sources, signer)
    };
    let (qualified, none) = ((Quality::Qualified, false), (Quality::Unknown, false));
    assert_eq!(worth("", &[SIGNATURES], &signer), qualified);
    assert_eq!(worth("", &[SIGNATURES], &seal), none);
    assert_eq!(worth("", &[SIGNATURES, SEALS], &seal), none);
    let said = one(&["QCForESeal"]);
    let unclear = (Quality::Unknown, true);
    assert_eq!(worth(&said, &[SIGNATURES, SEALS], &seal), unclear);
    let without = world.issue(&[COMPLIANCE], &[]);
    // The Directive's devices count as long as the Directive does (TS 119 615, 4.5), not as long as the state lasts.
    let said = one(&["QCWithSSCD"]);
    let sources = world.with_history(&[SIGNATURES], &said, old, &[]);
    let signer = world.issue_at(&[COMPLIANCE], &[], 1_420_070_400);
    let at = |time: &str| At {
        time: time.parse().unwrap(),
        basis: Basis::TimeStamp,
    };
    let under_directive = at("2016-06-30T21:59:59Z");
    let under_regulation = at("2016-06-30T22:00:00Z");
    assert_eq!(
        world.worth_at(&sources, &signer, Some(under_directive)),
        qualified
    );
    let advanced = (Quality::AdvancedQualifiedCertificate, false);
    assert_eq!(
        world.worth_at(&sources, &signer, Some(under_regulation)),
        advanced
    );
    assert_eq!(worth(&said, &[SIGNATURES], &without), advanced);
    let said = one(&["QCWithQSCD"]);
    assert_eq!(worth(&said, &[SIGNATURES], &without), advanced);
}
