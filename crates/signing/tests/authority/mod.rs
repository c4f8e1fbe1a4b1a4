//! A certification authority with its CRLs, its OCSP responder and its time stamp service: all of them the openssl
//! command, in a folder of their own. None, said aloud, where that is not installed.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "each test file uses a part; tests panic"
)]

#[path = "../dss/mod.rs"]
pub mod dss;

use openssl::pkey::PKey;
use openssl::pkey_ctx::PkeyCtx;
use signing::cms::{self, Form};
use signing::pades::{self, Options};
use signing::path::Trust;
use signing::{Anchor, Anchors, Digest, Hash, Service};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Extensions by section; `port` is where its services would be.
fn config(port: u16) -> String {
    format!(
        "[req]\ndistinguished_name = dn\n[dn]\n\
         [ca]\ndefault_ca = own\n\
         [own]\ndatabase = index.txt\nserial = serial\nnew_certs_dir = .\ncertificate = ca.pem\nprivate_key = ca.key\n\
         default_md = sha256\ndefault_crl_days = 30\ncrlnumber = crlnumber\npolicy = any\ncopy_extensions = none\n\
         unique_subject = no\n\
         [any]\ncommonName = supplied\n\
         [root]\nbasicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign\n\
         subjectKeyIdentifier = hash\n\
         [signer]\nkeyUsage = critical, nonRepudiation\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n\
         authorityInfoAccess = OCSP;URI:http://127.0.0.1:{port}/ocsp, caIssuers;URI:http://127.0.0.1:{port}/issuer\n\
         crlDistributionPoints = URI:http://127.0.0.1:{port}/crl\n\
         1.3.6.1.5.5.7.1.3 = DER:30143008060604008e4601013008060604008e460104\n\
         [tsa]\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = critical, timeStamping\n\
         subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n\
         authorityInfoAccess = OCSP;URI:http://127.0.0.1:{port}/ocsp\n\
         crlDistributionPoints = URI:http://127.0.0.1:{port}/crl\n\
         [tsa_lax]\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = timeStamping\n\
         [tsa_mail]\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = critical, timeStamping, emailProtection\n\
         [ocsp]\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = OCSPSigning\nnoCheck = ignored\n\
         subjectKeyIdentifier = hash\n\
         [ocsp_open]\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = OCSPSigning\n\
         subjectKeyIdentifier = hash\n\
         [ocsp_short]\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = OCSPSigning\nnoCheck = ignored\n\
         [ocsp_sha1]\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = OCSPSigning\nnoCheck = ignored\n\
         [crl_plain]\n\
         [crl_indirect]\nissuingDistributionPoint = critical, @idp_indirect\n[idp_indirect]\nindirectCRL = TRUE\n\
         [crl_reasons]\nissuingDistributionPoint = critical, @idp_reasons\n[idp_reasons]\nonlysomereasons = keyCompromise\n\
         [crl_users]\nissuingDistributionPoint = critical, @idp_users\n[idp_users]\nonlyuser = TRUE\n\
         [crl_authorities]\nissuingDistributionPoint = critical, @idp_authorities\n[idp_authorities]\nonlyCA = TRUE\n\
         [crl_here]\nissuingDistributionPoint = critical, @idp_here\n[idp_here]\n\
         fullname = URI:http://127.0.0.1:{port}/crl\n\
         [crl_elsewhere]\nissuingDistributionPoint = critical, @idp_elsewhere\n[idp_elsewhere]\n\
         fullname = URI:http://127.0.0.1:{port}/crl2\n\
         [crl_delta]\n2.5.29.27 = critical, DER:020101\n\
         [crl_odd]\n1.2.3.4 = critical, DER:0500\n\
         [crl_expired]\n2.5.29.60 = DER:180f32303030303130313030303030305a\n\
         [tsa_service]\ndir = .\nserial = tsaserial\ncrypto_device = builtin\nsigner_digest = sha256\n\
         default_policy = 1.3.76.16.6.1\ndigests = sha256, sha384, sha512\naccuracy = secs:1\n\
         ess_cert_id_chain = no\ness_cert_id_alg = sha256\n"
    )
}

/// A certificate of the authority, and its key, as files.
#[derive(Debug, Clone)]
pub struct Issued {
    pub pem: PathBuf,
    pub key: PathBuf,
    pub der: Vec<u8>,
    pub serial: String,
    name: String,
    not_after: String,
    revoked: Option<String>,
}

pub struct Authority {
    pub dir: tempfile::TempDir,
    pub root: Issued,
    issued: Vec<Issued>,
    count: u32,
}

impl Authority {
    /// What a computer believes that believes this root alone.
    pub fn trust(&self) -> Trust {
        Trust::new(&Anchors {
            anchors: vec![Anchor {
                certificate: self.root.der.clone(),
                service: Service::Other,
                history: Vec::new(),
                provider: "Prova".into(),
                qualifications: Vec::new(),
            }],
            ..Anchors::default()
        })
    }

    /// None where there is no openssl command.
    pub fn new() -> Option<Self> {
        Self::at_port(1)
    }

    pub fn at_port(port: u16) -> Option<Self> {
        if Command::new("openssl").arg("version").output().is_err() {
            eprintln!("SKIPPED: the openssl command cannot be run");
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
        write("openssl.cnf", &config(port));
        write("index.txt", "");
        write("serial", "1000\n");
        write("crlnumber", "01\n");
        write("tsaserial", "01\n");
        let root = make(
            dir.path(),
            "ca",
            "Autorità di prova",
            "root",
            None,
            ("20200101000000Z", "20400101000000Z"),
            1,
        );
        Some(Self {
            dir,
            root,
            issued: Vec::new(),
            count: 1,
        })
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Issues a certificate with the extensions of a section of the configuration.
    pub fn issue(&mut self, name: &str, section: &str) -> Issued {
        self.issue_for(name, section, ("20240101000000Z", "20350101000000Z"))
    }

    pub fn issue_for(&mut self, name: &str, section: &str, validity: (&str, &str)) -> Issued {
        self.count += 1;
        let file = format!("{section}{}", self.count);
        let issued = make(
            self.path(),
            &file,
            name,
            section,
            Some(&self.root),
            validity,
            self.count,
        );
        self.issued.push(issued.clone());
        issued
    }

    /// Revokes: when (`YYMMDDHHMMSSZ`) and perhaps why (`keyCompromise`, …).
    pub fn revoke(&mut self, issued: &Issued, when: &str, why: &str) {
        let reason = if why.is_empty() {
            String::new()
        } else {
            format!(",{why}")
        };
        let one = self
            .issued
            .iter_mut()
            .find(|one| one.serial == issued.serial)
            .unwrap();
        one.revoked = Some(format!("{when}{reason}"));
    }

    /// Makes its lists long: certificates of nobody, all revoked.
    pub fn revoke_strangers(&mut self, count: u32) {
        let one = |number: u32| Issued {
            serial: format!("{:08X}", 0x7000_0000 + number),
            name: format!("{number}"),
            not_after: "20350101000000Z".to_owned(),
            revoked: Some("240601000000Z,superseded".to_owned()),
            ..self.root.clone()
        };
        let strangers: Vec<_> = (0..count).map(one).collect();
        self.issued.extend(strangers);
    }

    fn write_index(&self) {
        let lines: String = self
            .issued
            .iter()
            .map(|one| {
                let (state, revoked) = match &one.revoked {
                    Some(revoked) => ("R", revoked.as_str()),
                    None => ("V", ""),
                };
                format!(
                    "{state}\t{}\t{revoked}\t{}\tunknown\t/CN={}\n",
                    &one.not_after[2..],
                    one.serial,
                    one.name
                )
            })
            .collect();
        std::fs::write(self.path().join("index.txt"), lines).unwrap();
    }

    /// A CRL with the extensions of a section, from one time to another (`YYYYMMDDHHMMSSZ`).
    pub fn crl(&self, section: &str, from: &str, to: &str) -> Vec<u8> {
        self.write_index();
        run(
            self.path(),
            &[
                "ca",
                "-config",
                "openssl.cnf",
                "-gencrl",
                "-crlexts",
                section,
                "-crl_lastupdate",
                from,
                "-crl_nextupdate",
                to,
                "-out",
                "crl.pem",
            ],
        );
        run(
            self.path(),
            &[
                "crl", "-in", "crl.pem", "-outform", "DER", "-out", "crl.der",
            ],
        );
        std::fs::read(self.path().join("crl.der")).unwrap()
    }

    /// The same as if these had never been revoked.
    pub fn crl_without(&self, forgotten: &[&Issued], from: &str, to: &str) -> Vec<u8> {
        let mut other = Self {
            dir: tempfile::tempdir().unwrap(),
            root: self.root.clone(),
            issued: self.issued.clone(),
            count: self.count,
        };
        for entry in std::fs::read_dir(self.path()).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), other.path().join(entry.file_name())).unwrap();
        }
        other.issued.retain(|one| {
            forgotten
                .iter()
                .all(|forgotten| forgotten.serial != one.serial)
        });
        other.crl("crl_plain", from, to)
    }

    /// What its responder answers to a request; it signs as itself, or as a delegate.
    pub fn ocsp(&self, request: &[u8], delegate: Option<&Issued>, days: u32) -> Vec<u8> {
        self.write_index();
        std::fs::write(self.path().join("ocsp.req"), request).unwrap();
        let signer = delegate.unwrap_or(&self.root);
        let days = days.to_string();
        let (pem, key) = (signer.pem.to_str().unwrap(), signer.key.to_str().unwrap());
        run(
            self.path(),
            &[
                "ocsp",
                "-index",
                "index.txt",
                "-CA",
                "ca.pem",
                "-rsigner",
                pem,
                "-rkey",
                key,
                "-reqin",
                "ocsp.req",
                "-respout",
                "ocsp.der",
                "-ndays",
                &days,
            ],
        );
        std::fs::read(self.path().join("ocsp.der")).unwrap()
    }

    /// What its time stamp service answers to a request.
    pub fn stamp(&self, request: &[u8], tsa: &Issued) -> Vec<u8> {
        self.stamp_with(request, tsa, &[])
    }

    /// The same, with more certificates in the token.
    pub fn stamp_with(&self, request: &[u8], tsa: &Issued, more: &[Issued]) -> Vec<u8> {
        let chain = std::iter::once(&self.root).chain(more);
        let chain: Vec<u8> = chain
            .flat_map(|one| std::fs::read(&one.pem).unwrap())
            .collect();
        std::fs::write(self.path().join("chain.pem"), chain).unwrap();
        std::fs::write(self.path().join("ts.tsq"), request).unwrap();
        let (pem, key) = (tsa.pem.to_str().unwrap(), tsa.key.to_str().unwrap());
        run(
            self.path(),
            &[
                "ts",
                "-reply",
                "-config",
                "openssl.cnf",
                "-section",
                "tsa_service",
                "-queryfile",
                "ts.tsq",
                "-signer",
                pem,
                "-inkey",
                key,
                "-chain",
                "chain.pem",
                "-out",
                "ts.tsr",
            ],
        );
        std::fs::read(self.path().join("ts.tsr")).unwrap()
    }

    /// A token over any content, by anybody: for what no honest service makes.
    pub fn token(&self, info: &[u8], by: &Issued) -> Vec<u8> {
        self.cms(
            info,
            by,
            &[
                "-econtent_type",
                "1.2.840.113549.1.9.16.1.4",
                "-nosmimecap",
                "-cades",
                "-nodetach",
            ],
        )
    }

    /// A signature made by the openssl command.
    pub fn cms(&self, content: &[u8], by: &Issued, options: &[&str]) -> Vec<u8> {
        std::fs::write(self.path().join("cms.in"), content).unwrap();
        let (pem, key) = (by.pem.to_str().unwrap(), by.key.to_str().unwrap());
        let mut arguments = vec![
            "cms", "-sign", "-binary", "-md", "sha256", "-signer", pem, "-inkey", key, "-in",
            "cms.in", "-outform", "DER", "-out", "cms.der",
        ];
        arguments.extend(options);
        run(self.path(), &arguments);
        std::fs::read(self.path().join("cms.der")).unwrap()
    }
}

/// Runs openssl, which must succeed.
pub fn run(dir: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl")
        .current_dir(dir)
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "openssl {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// Runs openssl as a judge.
pub fn accepts(dir: &Path, arguments: &[&str]) -> bool {
    Command::new("openssl")
        .current_dir(dir)
        .args(arguments)
        .output()
        .unwrap()
        .status
        .success()
}

/// What [`dss`] says of the signatures of one file, where it is there.
pub fn by_dss(authority: &Authority, name: &str, file: &[u8]) -> Option<Vec<serde_json::Value>> {
    let path = authority.path().join(name);
    std::fs::write(&path, file).unwrap();
    let (_, signatures) = dss::judge(&authority.root.pem, &[path])?.pop()?;
    Some(signatures)
}

fn make(
    dir: &Path,
    file: &str,
    name: &str,
    section: &str,
    issuer: Option<&Issued>,
    validity: (&str, &str),
    count: u32,
) -> Issued {
    let at = |extension: &str| dir.join(format!("{file}.{extension}"));
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (pem, key, request) = (at("pem"), at("key"), at("req"));
    let subject = format!("/CN={name}");
    let (kind, option) = match section {
        "ocsp_short" => ("rsa", "rsa_keygen_bits:1024"),
        _ => ("ec", "ec_paramgen_curve:P-256"),
    };
    run(
        dir,
        &[
            "req",
            "-new",
            "-utf8",
            "-newkey",
            kind,
            "-pkeyopt",
            option,
            "-nodes",
            "-keyout",
            &text(&key),
            "-out",
            &text(&request),
            "-subj",
            &subject,
            "-config",
            "openssl.cnf",
        ],
    );
    let serial = format!("{:04X}", 0x1000 + count);
    std::fs::write(dir.join("serial"), &serial).unwrap();
    std::fs::write(dir.join("scratch.txt"), "").unwrap();
    let config = std::fs::read_to_string(dir.join("openssl.cnf")).unwrap();
    // A database of its own: the index is written by hand, with the times that a test wants.
    std::fs::write(
        dir.join("issue.cnf"),
        config.replace("database = index.txt", "database = scratch.txt"),
    )
    .unwrap();
    let mut arguments = vec![
        "ca",
        "-config",
        "issue.cnf",
        "-batch",
        "-utf8",
        "-extensions",
        section,
        "-startdate",
        validity.0,
        "-enddate",
        validity.1,
        "-notext",
    ];
    if section == "ocsp_sha1" {
        arguments.extend(["-md", "sha1"]);
    }
    let (request, out, own) = (text(&request), text(&pem), text(&key));
    arguments.extend(["-in", &request, "-out", &out]);
    if issuer.is_none() {
        arguments.extend(["-selfsign", "-keyfile", &own]);
    }
    run(dir, &arguments);
    let der = run(dir, &["x509", "-in", &text(&pem), "-outform", "DER"]);
    Issued {
        pem,
        key,
        der,
        serial,
        name: name.to_owned(),
        not_after: validity.1.to_owned(),
        revoked: None,
    }
}

/// DER by hand, for what no tool writes.
pub fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut out = vec![tag];
    match content.len() {
        short @ 0..=127 => out.push(short as u8),
        long => out.extend([0x82, (long >> 8) as u8, long as u8]),
    }
    out.extend(content);
    out
}

/// TSTInfo over a SHA-256.
pub fn tst_info(hash: &[u8], time: &str, nonce: Option<&[u8]>) -> Vec<u8> {
    let sha256 = tlv(0x30, &[&[0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]]);
    let imprint = tlv(0x30, &[&sha256, &tlv(4, &[hash])]);
    let nonce = nonce.map(|nonce| tlv(2, &[nonce])).unwrap_or_default();
    tlv(
        0x30,
        &[
            &[2, 1, 1],
            &tlv(6, &[&[0x2a, 3, 4]]),
            &imprint,
            &[2, 1, 7],
            &tlv(0x18, &[time.as_bytes()]),
            &nonce,
        ],
    )
}

/// A document and its stamps in one file (RFC 5544), with meta data or none.
pub fn tsd(meta: &[u8], tokens: &[&[u8]], content: Option<&[u8]>) -> Vec<u8> {
    let content = content
        .map(|content| tlv(4, &[content]))
        .unwrap_or_default();
    let evidence: Vec<u8> = tokens
        .iter()
        .flat_map(|token| tlv(0x30, &[token]))
        .collect();
    let data = tlv(
        0x30,
        &[&[2, 1, 1], meta, &content, &tlv(0xa0, &[&evidence])],
    );
    let name = [
        0x06, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 31,
    ];
    tlv(0x30, &[&name, &tlv(0xa0, &[&data])])
}

/// A page with a word on it.
pub fn page() -> Vec<u8> {
    let content = "BT /F 24 Tf 72 720 Td (Delibera) Tj ET";
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>".to_owned(),
        format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let mut pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = String::from("xref\n0 6\n0000000000 65535 f \n");
    for (object, number) in objects.iter().zip(1..) {
        table += &format!("{:010} 00000 n \n", pdf.len());
        pdf.extend(format!("{number} 0 obj\n{object}\nendobj\n").into_bytes());
    }
    let start = pdf.len();
    let end = format!(
        "{table}trailer\n<</Size 6/Root 1 0 R/ID[<0011223344556677><0011223344556677>]>>\nstartxref\n{start}\n%%EOF\n"
    );
    pdf.extend(end.into_bytes());
    pdf
}

/// Signs a PDF (B-B).
pub fn sign_pdf(pdf: &[u8], authority: &Authority, by: &Issued, options: &Options) -> Vec<u8> {
    let mut draft = pades::Draft::new(pdf, options).unwrap();
    let digest = draft.digest(Hash::Sha256).unwrap();
    let chain = [authority.root.der.clone()];
    let cms = cms::Draft::new(&by.der, &chain, Hash::Sha256, &digest, Form::Detached).unwrap();
    let value = value(by, &cms.to_sign());
    draft.embed(&cms.finish(&value, None).unwrap()).unwrap()
}

/// The value of a signature over a hash.
pub fn value(by: &Issued, hash: &Digest) -> Vec<u8> {
    let key = PKey::private_key_from_pem(&std::fs::read(&by.key).unwrap()).unwrap();
    let mut context = PkeyCtx::new(&key).unwrap();
    context.sign_init().unwrap();
    context.set_signature_md(openssl::md::Md::sha256()).unwrap();
    let mut value = Vec::new();
    context.sign_to_vec(&hash.bytes, &mut value).unwrap();
    value
}
