//! Trusted lists made at test time: written in canonical form by hand, so that no canonicalisation of ours takes
//! part in signing them, and signed with OpenSSL.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "each test file uses a part; tests panic"
)]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Signer};
use openssl::x509::{X509, X509NameBuilder};
use std::path::Path;
use std::process::Command;
use trust::{Roots, Sources};

pub const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
pub const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
pub const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
pub const QC: &str = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC";
pub const QTST: &str = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST";
pub const IDV: &str = "http://uri.etsi.org/TrstSvc/Svctype/IdV";
pub const SIGNATURES: &str = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSignatures";
pub const SEALS: &str = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSeals";
pub const LISTS: &str = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUlistofthelists";
pub const GENERIC: &str = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric";

/// A key, its certificate, and the algorithm it signs lists with.
pub struct Holder {
    pub key: PKey<Private>,
    pub certificate: Vec<u8>,
    pub method: &'static str,
}

impl Holder {
    pub fn rsa(name: &str) -> Self {
        Self::of(
            name,
            PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap(),
            "2001/04/xmldsig-more#rsa-sha256",
        )
    }

    pub fn curve(name: &str, nid: Nid, method: &'static str) -> Self {
        let group = EcGroup::from_curve_name(nid).unwrap();
        Self::of(
            name,
            PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap(),
            method,
        )
    }

    /// What most tests use: quick to make.
    pub fn p256(name: &str) -> Self {
        Self::curve(
            name,
            Nid::X9_62_PRIME256V1,
            "2001/04/xmldsig-more#ecdsa-sha256",
        )
    }

    pub fn of(name: &str, key: PKey<Private>, method: &'static str) -> Self {
        let mut subject = X509NameBuilder::new().unwrap();
        subject.append_entry_by_text("CN", name).unwrap();
        let subject = subject.build();
        let mut builder = X509::builder().unwrap();
        builder.set_version(2).unwrap();
        let mut serial = BigNum::new().unwrap();
        serial.rand(120, MsbOption::ONE, false).unwrap();
        builder
            .set_serial_number(&Asn1Integer::from_bn(&serial).unwrap())
            .unwrap();
        builder.set_subject_name(&subject).unwrap();
        builder.set_issuer_name(&subject).unwrap();
        builder
            .set_not_before(&Asn1Time::from_unix(1_577_836_800).unwrap())
            .unwrap();
        builder
            .set_not_after(&Asn1Time::from_unix(2_208_988_800).unwrap())
            .unwrap();
        builder.set_pubkey(&key).unwrap();
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        let certificate = builder.build().to_der().unwrap();
        Self {
            key,
            certificate,
            method,
        }
    }

    fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let hash = match self.method {
            method if method.contains("sha384") => MessageDigest::sha384(),
            method if method.contains("sha512") => MessageDigest::sha512(),
            method if method.contains("sha1") => MessageDigest::sha1(),
            _ => MessageDigest::sha256(),
        };
        let mut signer = Signer::new(hash, &self.key).unwrap();
        if self.method.contains("MGF1") {
            signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
            signer.set_rsa_mgf1_md(hash).unwrap();
            signer
                .set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)
                .unwrap();
        }
        let value = signer.sign_oneshot_to_vec(bytes).unwrap();
        if !self.method.contains("ecdsa") {
            return value;
        }
        let half = i32::try_from(self.key.bits().div_ceil(8)).unwrap();
        let pair = EcdsaSig::from_der(&value).unwrap();
        [
            pair.r().to_vec_padded(half).unwrap(),
            pair.s().to_vec_padded(half).unwrap(),
        ]
        .concat()
    }
}

/// What a list says.
pub struct Text {
    pub version: u64,
    pub kind: &'static str,
    pub territory: &'static str,
    pub sequence: u64,
    pub issued: &'static str,
    pub next_update: &'static str,
    pub pointers: String,
    pub services: String,
}

impl Default for Text {
    fn default() -> Self {
        Self {
            version: 6,
            kind: GENERIC,
            territory: "IT",
            sequence: 7,
            issued: "2026-11-01T08:00:00Z",
            next_update: "2027-05-01T00:00:00Z",
            pointers: String::new(),
            services: String::new(),
        }
    }
}

impl Text {
    /// In canonical form.
    pub fn canonical(&self) -> String {
        let Self {
            version,
            kind,
            territory,
            sequence,
            issued,
            next_update,
            pointers,
            services,
        } = self;
        let next_update = match next_update.is_empty() {
            true => String::new(),
            false => format!("<dateTime>{next_update}</dateTime>"),
        };
        format!(
            "<TrustServiceStatusList xmlns=\"http://uri.etsi.org/02231/v2#\" Id=\"list\" \
             TSLTag=\"http://uri.etsi.org/19612/TSLTag\"><SchemeInformation>\
             <TSLVersionIdentifier>{version}</TSLVersionIdentifier>\
             <TSLSequenceNumber>{sequence}</TSLSequenceNumber><TSLType>{kind}</TSLType>\
             <SchemeTerritory>{territory}</SchemeTerritory><PointersToOtherTSL>{pointers}</PointersToOtherTSL>\
             <ListIssueDateTime>{issued}</ListIssueDateTime><NextUpdate>{next_update}</NextUpdate>\
             </SchemeInformation><TrustServiceProviderList><TrustServiceProvider><TSPInformation><TSPName>\
             <Name xml:lang=\"en\">Trust of Test</Name><Name xml:lang=\"it\">Fiducia di Prova &amp; C.</Name>\
             </TSPName></TSPInformation><TSPServices>{services}</TSPServices></TrustServiceProvider>\
             </TrustServiceProviderList></TrustServiceStatusList>"
        )
    }

    pub fn signed(&self, holder: &Holder) -> Vec<u8> {
        sign(&self.canonical(), holder, &Oddity::default())
    }
}

/// A pointer to another list and its signers.
pub fn pointer(kind: &str, territory: &str, signers: &[&Holder]) -> String {
    let identities: String = signers
        .iter()
        .map(|signer| {
            format!(
                "<ServiceDigitalIdentity><DigitalId><X509Certificate>{}</X509Certificate></DigitalId>\
                 </ServiceDigitalIdentity>",
                STANDARD.encode(&signer.certificate)
            )
        })
        .collect();
    format!(
        "<OtherTSLPointer><ServiceDigitalIdentities>{identities}</ServiceDigitalIdentities>\
         <TSLLocation>https://example.test/{territory}.xml</TSLLocation><AdditionalInformation>\
         <OtherInformation><TSLType>{kind}</TSLType></OtherInformation><OtherInformation>\
         <SchemeTerritory>{territory}</SchemeTerritory></OtherInformation></AdditionalInformation></OtherTSLPointer>"
    )
}

/// What a service was since when: type, status, since, purpose (or none).
pub type State<'a> = (&'a str, &'a str, &'a str, &'a str);

/// A service: its present, and its past.
pub fn service(name: &str, certificate: &[u8], present: State<'_>, past: &[State<'_>]) -> String {
    let state = |(kind, status, since, purpose): State<'_>, identity: &str| {
        let purpose = match purpose.is_empty() {
            true => String::new(),
            false => format!(
                "<ServiceInformationExtensions><Extension Critical=\"true\"><AdditionalServiceInformation>\
                 <URI xml:lang=\"en\">{purpose}</URI></AdditionalServiceInformation></Extension>\
                 </ServiceInformationExtensions>"
            ),
        };
        format!(
            "<ServiceTypeIdentifier>{kind}</ServiceTypeIdentifier><ServiceName><Name xml:lang=\"en\">{name}</Name>\
             </ServiceName><ServiceDigitalIdentity>{identity}</ServiceDigitalIdentity><ServiceStatus>\
             http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/{status}</ServiceStatus>\
             <StatusStartingTime>{since}</StatusStartingTime>{purpose}"
        )
    };
    let identity = format!(
        "<DigitalId><X509Certificate>{}</X509Certificate></DigitalId>",
        STANDARD.encode(certificate)
    );
    let past: String = past
        .iter()
        .map(|past| {
            format!(
                "<ServiceHistoryInstance>{}</ServiceHistoryInstance>",
                state(*past, "")
            )
        })
        .collect();
    format!(
        "<TSPService><ServiceInformation>{}</ServiceInformation><ServiceHistory>{past}</ServiceHistory></TSPService>",
        state(present, &identity)
    )
}

/// How a signature differs from a regular one.
#[derive(Default)]
pub struct Oddity<'a> {
    /// `URI` of the reference to the list.
    pub uri: Option<&'a str>,
    /// Put after its regular transforms.
    pub transform: &'a str,
    /// Another reference, after the regular ones.
    pub reference: &'a str,
    /// No reference to the list.
    pub no_root: bool,
    /// No signed properties.
    pub plain: bool,
    /// The certificate that the signed properties name instead.
    pub named: Option<&'a [u8]>,
    /// SHA-1 over the list.
    pub sha1: bool,
}

/// Signs a list that is in canonical form, before its end tag.
pub fn sign(canonical: &str, holder: &Holder, oddity: &Oddity<'_>) -> Vec<u8> {
    let end = canonical.rfind("</").unwrap();
    let signature = signature(canonical, holder, oddity);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}{signature}{}\n",
        &canonical[..end],
        &canonical[end..]
    )
    .into_bytes()
}

/// The signature alone, each part of it in canonical form.
pub fn signature(canonical: &str, holder: &Holder, oddity: &Oddity<'_>) -> String {
    let hash = |bytes: &[u8]| STANDARD.encode(openssl::sha::sha256(bytes));
    let method = |name: &str, uri: &str| format!("<ds:{name} Algorithm=\"{uri}\"></ds:{name}>");
    let sha256 = method("DigestMethod", "http://www.w3.org/2001/04/xmlenc#sha256");
    let (list_method, list_hash) = match oddity.sha1 {
        true => (
            method("DigestMethod", &format!("{DS}sha1")),
            STANDARD.encode(openssl::sha::sha1(canonical.as_bytes())),
        ),
        false => (sha256.clone(), hash(canonical.as_bytes())),
    };
    let named = oddity.named.unwrap_or(&holder.certificate);
    let properties = format!(
        "<xades:SignedProperties xmlns:xades=\"{XADES}\" Id=\"properties\"><xades:SignedSignatureProperties>\
         <xades:SigningTime>2026-11-01T08:00:00Z</xades:SigningTime><xades:SigningCertificateV2><xades:Cert>\
         <xades:CertDigest><ds:DigestMethod xmlns:ds=\"{DS}\" Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\">\
         </ds:DigestMethod><ds:DigestValue xmlns:ds=\"{DS}\">{}</ds:DigestValue></xades:CertDigest></xades:Cert>\
         </xades:SigningCertificateV2></xades:SignedSignatureProperties></xades:SignedProperties>",
        hash(named)
    );
    let list = format!(
        "<ds:Reference URI=\"{}\"><ds:Transforms>{}{}{}</ds:Transforms>{list_method}\
         <ds:DigestValue>{list_hash}</ds:DigestValue></ds:Reference>",
        oddity.uri.unwrap_or_default(),
        method("Transform", ENVELOPED),
        method("Transform", EXCLUSIVE),
        oddity.transform,
    );
    let own = format!(
        "<ds:Reference Type=\"http://uri.etsi.org/01903#SignedProperties\" URI=\"#properties\"><ds:Transforms>{}\
         </ds:Transforms>{sha256}<ds:DigestValue>{}</ds:DigestValue></ds:Reference>",
        method("Transform", EXCLUSIVE),
        hash(properties.as_bytes())
    );
    let info = format!(
        "<ds:SignedInfo xmlns:ds=\"{DS}\">{}{}{}{}{}</ds:SignedInfo>",
        method("CanonicalizationMethod", EXCLUSIVE),
        method(
            "SignatureMethod",
            &format!("http://www.w3.org/{}", holder.method)
        ),
        if oddity.no_root { "" } else { &list },
        if oddity.plain { "" } else { &own },
        oddity.reference,
    );
    let value = STANDARD.encode(holder.sign(info.as_bytes()));
    let object = match oddity.plain {
        true => String::new(),
        false => format!(
            "<ds:Object><xades:QualifyingProperties xmlns:xades=\"{XADES}\" Target=\"#signature\">{properties}\
             </xades:QualifyingProperties></ds:Object>"
        ),
    };
    format!(
        "<ds:Signature xmlns:ds=\"{DS}\" Id=\"signature\">{info}<ds:SignatureValue>{value}</ds:SignatureValue>\
         <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>{object}\
         </ds:Signature>",
        STANDARD.encode(&holder.certificate)
    )
}

/// What xmlsec1 says of a file: whether the signature holds with the key inside it. None, said aloud, where it is
/// not installed.
pub fn xmlsec(file: &Path) -> Option<bool> {
    let properties = format!("{XADES}:SignedProperties");
    let output = Command::new("xmlsec1")
        .args(["--verify", "--insecure", "--id-attr:Id", &properties])
        .args([
            "--id-attr:Id",
            "http://uri.etsi.org/02231/v2#:TrustServiceStatusList",
        ])
        .arg(file)
        .output();
    match output {
        Ok(output) => Some(output.status.success()),
        Err(error) => {
            eprintln!("SKIPPED: xmlsec1 cannot be run ({error})");
            None
        }
    }
}

/// The same for bytes.
pub fn xmlsec_of(bytes: &[u8]) -> Option<bool> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    xmlsec(file.path())
}

/// The lists of a small world, and who may sign the first of them.
pub fn world() -> (Sources, Roots) {
    let (journal, agid) = (Holder::p256("European Commission"), Holder::p256("AgID"));
    let granted = (QC, "granted", "2016-06-30T22:00:00Z", SIGNATURES);
    let union = Text {
        kind: LISTS,
        territory: "EU",
        pointers: pointer(GENERIC, "IT", &[&agid]),
        ..Text::default()
    };
    let italy = Text {
        services: service("CA", &agid.certificate, granted, &[]),
        ..Text::default()
    };
    let sources = Sources {
        list_of_lists: union.signed(&journal),
        pivots: Vec::new(),
        lists: vec![italy.signed(&agid)],
    };
    (sources, Roots::of([journal.certificate.as_slice()]))
}
